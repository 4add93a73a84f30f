/** `idle`: the page shows nothing live. */
export type ConnectionStatus = "idle" | "connecting" | "live" | "reconnecting" | "offline";

/** How the page is connected to what happens, for whoever shows it. */
export class Connection {
  private readonly listeners = new Set<() => void>();
  private status: ConnectionStatus = "idle";

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): ConnectionStatus => this.status;

  readonly set = (status: ConnectionStatus): void => {
    if (status === this.status) return;
    this.status = status;
    for (const listener of this.listeners) listener();
  };
}
