import type { Scan } from "@/api/client";
import { useNow } from "@/components/useNow";
import { formatDuration } from "../format";
import classes from "./cells.module.css";
import { Mark } from "./Mark";

/** How long a scan took, or has been running. */
export function DurationCell({ scan }: { scan: Scan }) {
  const start = Date.parse(scan.start);
  if (scan.state === "running") return <Elapsed start={start} />;
  if (!scan.end) return <span className={classes.soft}>—</span>;
  const took = Date.parse(scan.end) - start;
  if (took < 0)
    return <Mark text="The end is before the start: the instrument's clock was changed meanwhile" />;
  return <>{formatDuration(took)}</>;
}

function Elapsed({ start }: { start: number }) {
  const now = useNow();
  return <span className={classes.running}>{formatDuration(Math.max(0, now - start), 0)}</span>;
}
