import type { Scan } from "@/api/client";
import classes from "./cells.module.css";

/** Points measured, of those planned; while the scan runs, with a bar. */
export function PointsCell({ scan: { points, pointsPlanned, state } }: { scan: Scan }) {
  if (points === undefined || points === null) return <span className={classes.soft}>—</span>;
  if (!pointsPlanned) return <>{points}</>;
  const part = Math.min(1, points / pointsPlanned);
  return (
    <span className={classes.points}>
      <span>
        {points}
        {(state !== "finished" || points !== pointsPlanned) && (
          <span className={classes.soft}> / {pointsPlanned}</span>
        )}
      </span>
      {state === "running" && (
        <span className={classes.bar} aria-hidden>
          <span className={classes.filled} style={{ transform: `scaleX(${part})` }} />
        </span>
      )}
    </span>
  );
}
