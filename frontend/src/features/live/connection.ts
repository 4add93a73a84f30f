/** `idle`: the page shows nothing live; `crowded`: the person has as many live pages open as one may have. */
export type ConnectionStatus = "idle" | "connecting" | "live" | "reconnecting" | "crowded" | "offline";

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
