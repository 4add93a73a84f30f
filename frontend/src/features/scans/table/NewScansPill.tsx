import { IconArrowUp } from "@tabler/icons-react";
import classes from "./table.module.css";

/** Says that scans have come above what is being read. */
export function NewScansPill({ count, onClick }: { count: number; onClick: () => void }) {
  return (
    <div className={classes.pillPlace} role="status">
      {count > 0 && (
        <button type="button" className={classes.pill} onClick={onClick}>
          <IconArrowUp size={14} stroke={2.4} aria-hidden />
          {count === 1 ? "1 new scan" : `${count} new scans`}
        </button>
      )}
    </div>
  );
}
