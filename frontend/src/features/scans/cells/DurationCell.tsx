import type { Scan } from "@/api/client";
import { useNow } from "@/components/useNow";
import { formatDuration } from "../format";
import classes from "./cells.module.css";

/** How long a scan took, or has been running. */
export function DurationCell({ scan }: { scan: Scan }) {
  const start = Date.parse(scan.start);
  if (scan.state === "running") return <Elapsed start={start} />;
  if (!scan.end) return <span className={classes.soft}>—</span>;
  return <>{formatDuration(Date.parse(scan.end) - start)}</>;
}

function Elapsed({ start }: { start: number }) {
  const now = useNow();
  return <span className={classes.running}>{formatDuration(now - start, 0)}</span>;
}
