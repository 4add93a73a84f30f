import type { Scan } from "@/api/client";

/** Names a scan in the labels of what can be done with it: "scan 12", else by its PID. */
export function scanLabel({ number, pid }: Scan): string {
  return number === undefined || number === null ? `scan ${pid}` : `scan ${number}`;
}
