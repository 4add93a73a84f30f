import type { Scan } from "@/api/client";
import { rangeOf, type TimeFrame } from "./filters/period";

/** Longer than any question to the catalogue takes. */
const KEPT_MS = 60_000;

/**
 * Scans of which the page heard a moment ago, live or as the answer to a change, and those that were taken from it.
 *
 * A list that was asked for before something was heard, and is answered after it, is older than what is known; it is
 * brought up to date with these.
 */
export class RecentScans {
  private readonly heard = new Map<string, { scan?: Scan; version: number; at: number }>();

  remember(scans: Iterable<Scan>, now = performance.now()): void {
    for (const scan of scans) {
      const known = this.heard.get(scan.pid);
      if (known && known.version >= scan.version) continue;
      this.keep(scan.pid, { scan, version: scan.version, at: now });
    }
    this.forgetOld(now);
  }

  /** Remembers that the person may not see a scan any more, or that it is deleted. */
  remove(pid: string, now = performance.now()): void {
    this.keep(pid, { version: this.heard.get(pid)?.version ?? 0, at: now });
    this.forgetOld(now);
  }

  /** Forgets everything: what was heard may be more than the person may see now. */
  clear(): void {
    this.heard.clear();
  }

  *scans(): Generator<Scan> {
    for (const { scan } of this.heard.values()) if (scan) yield scan;
  }

  *removed(): Generator<string> {
    for (const [pid, { scan }] of this.heard) if (!scan) yield pid;
  }

  private keep(pid: string, what: { scan?: Scan; version: number; at: number }): void {
    // Deleted first, so that the map stays in the order of hearing.
    this.heard.delete(pid);
    this.heard.set(pid, what);
  }

  private forgetOld(now: number): void {
    for (const [pid, { at }] of this.heard) {
      if (now - at <= KEPT_MS) break;
      this.heard.delete(pid);
    }
  }
}

/** What this tab heard; one for the tab, as is the cache of answers it keeps up to date. */
export const recentScans = new RecentScans();

/** Tells whether a scan stands in the log under a filter. */
export function belongs(scan: Scan, filter: TimeFrame & { proposal?: string }, now = new Date()): boolean {
  if (filter.proposal && scan.proposal !== filter.proposal) return false;
  const { from, to } = rangeOf(filter, now);
  const start = Date.parse(scan.start);
  return (!from || start >= Date.parse(from)) && (!to || start < Date.parse(to));
}
