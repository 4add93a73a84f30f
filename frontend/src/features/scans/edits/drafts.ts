import { createContext, useContext, useEffect, useMemo, useSyncExternalStore } from "react";

/** A comment being written: the text, and what the comment was when the writing began. */
export interface Draft {
  text: string;
  base: string;
}

interface Kept extends Draft {
  /** When it was last changed, in milliseconds since 1970. */
  at: number;
}

const KEPT_MS = 30 * 24 * 3_600_000;
const MOST_KEPT = 200;

/**
 * Comments that are not saved yet, by PID.
 *
 * What is being typed outlives that its row is scrolled away, and, kept in the browser under the person's name, a
 * reload, a login and a closed tab. It goes when it is saved, or when the person drops it.
 */
export class Drafts {
  private readonly key: string;
  private readonly listeners = new Set<() => void>();
  private drafts: ReadonlyMap<string, Kept>;
  private readonly saving = new Set<string>();
  private readonly openedHere = new Set<string>();

  constructor(username: string) {
    this.key = `beamlore.drafts.${username}`;
    this.drafts = this.read();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Follows what other tabs keep, until the returned function is called. */
  readonly follow = (): (() => void) => {
    const onStorage = ({ key }: StorageEvent) => {
      if (key !== this.key) return;
      const kept = this.read();
      const here = [...this.drafts].filter(([pid]) => this.openedHere.has(pid));
      this.replace(new Map([...kept, ...here]));
    };
    window.addEventListener("storage", onStorage);
    return () => window.removeEventListener("storage", onStorage);
  };

  /** What is being written; nothing while it is being saved. */
  readonly get = (pid: string): Draft | undefined =>
    this.saving.has(pid) ? undefined : this.drafts.get(pid);

  /** Whether the person opened it in this tab, and not one before. */
  isOpenedHere(pid: string): boolean {
    return this.openedHere.has(pid);
  }

  set(pid: string, draft: Draft): void {
    this.saving.delete(pid);
    this.openedHere.add(pid);
    this.change(pid, { ...draft, at: Date.now() });
  }

  /** Takes it from the screen while it is being saved; it stays kept. */
  startSaving(pid: string): void {
    this.saving.add(pid);
    this.notify();
  }

  /** Puts it back on the screen, since it could not be saved. */
  failedSaving(pid: string): void {
    this.saving.delete(pid);
    this.notify();
  }

  delete(pid: string): void {
    this.saving.delete(pid);
    this.openedHere.delete(pid);
    this.change(pid, undefined);
  }

  private change(pid: string, draft: Kept | undefined): void {
    // Another tab may have kept others meanwhile.
    const kept = new Map(this.read());
    const next = new Map(this.drafts);
    if (draft) next.set(pid, draft);
    else next.delete(pid);
    if (draft && draft.text !== draft.base) kept.set(pid, draft);
    else kept.delete(pid);
    this.write(kept);
    this.replace(next);
  }

  private read(): ReadonlyMap<string, Kept> {
    try {
      const entries = Object.entries(JSON.parse(localStorage.getItem(this.key) ?? "{}") as object);
      const oldest = Date.now() - KEPT_MS;
      return new Map(
        entries.filter((entry): entry is [string, Kept] => isKept(entry[1]) && entry[1].at > oldest),
      );
    } catch {
      // Storage that is broken or forbidden: what is typed lives as long as the page.
      return new Map();
    }
  }

  private write(kept: ReadonlyMap<string, Kept>): void {
    const newest = [...kept].sort(([, a], [, b]) => b.at - a.at).slice(0, MOST_KEPT);
    try {
      if (newest.length > 0) localStorage.setItem(this.key, JSON.stringify(Object.fromEntries(newest)));
      else localStorage.removeItem(this.key);
    } catch {
      // Storage that is full or forbidden: what is typed lives as long as the page.
    }
  }

  private replace(drafts: ReadonlyMap<string, Kept>): void {
    this.drafts = drafts;
    this.notify();
  }

  private notify(): void {
    for (const listener of this.listeners) listener();
  }
}

function isKept(value: unknown): value is Kept {
  const kept = value as Partial<Kept> | null;
  return typeof kept?.text === "string" && typeof kept.base === "string" && typeof kept.at === "number";
}

export const DraftsContext = createContext(new Drafts(""));

/** The drafts of a person, kept up to date with other tabs. */
export function usePersonsDrafts(username: string): Drafts {
  const drafts = useMemo(() => new Drafts(username), [username]);
  useEffect(() => drafts.follow(), [drafts]);
  return drafts;
}

/** What is being written about a scan. */
export function useDraft(pid: string): Draft | undefined {
  const drafts = useContext(DraftsContext);
  return useSyncExternalStore(drafts.subscribe, () => drafts.get(pid));
}
