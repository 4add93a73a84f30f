import { IconAlertTriangle, IconCheck, IconPlayerStop } from "@tabler/icons-react";
import type { ScanState } from "@/api/client";
import classes from "./cells.module.css";

const ENDS = {
  finished: { Icon: IconCheck, explanation: "Came to its planned end" },
  aborted: { Icon: IconPlayerStop, explanation: "Was stopped before its planned end" },
  interrupted: {
    Icon: IconAlertTriangle,
    explanation: "The instrument fell silent; how it ended is not known",
  },
} as const;

/** Whether a scan runs, and if not, how it ended. */
export function StateCell({ state }: { state: ScanState }) {
  if (state === "running") {
    return (
      <span className={classes.state} data-state="running">
        <span className={classes.pulse} aria-hidden />
        running
      </span>
    );
  }
  const { Icon, explanation } = ENDS[state];
  return (
    <span className={classes.state} data-state={state} title={explanation}>
      <Icon size={13} stroke={2.4} aria-hidden />
      {state}
    </span>
  );
}
