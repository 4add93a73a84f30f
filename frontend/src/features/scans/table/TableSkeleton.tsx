import classes from "./table.module.css";

const ROWS = Array.from({ length: 18 }, (_, index) => index);

/** Stands where the table will be. */
export function TableSkeleton() {
  return (
    <div role="status" aria-label="Scans are loading" className={classes.skeletonTable}>
      {ROWS.map((row) => (
        <div key={row} className={classes.skeletonRow} style={{ opacity: 1 - row / ROWS.length }}>
          <span style={{ width: 130 }} />
          <span style={{ width: 40 }} />
          <span style={{ width: `${14 + ((row * 7) % 9)}%` }} />
          <span style={{ width: 70 }} />
          <span style={{ width: `${6 + ((row * 5) % 7)}%` }} />
          <span style={{ width: 60 }} />
        </div>
      ))}
    </div>
  );
}
