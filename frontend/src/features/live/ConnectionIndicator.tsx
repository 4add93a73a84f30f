import { Tooltip } from "@mantine/core";
import { useConnectionStatus } from "@/app/services";
import classes from "./ConnectionIndicator.module.css";

const TEXTS = {
  connecting: { label: "Connecting", explanation: "Opening the live connection" },
  live: { label: "Live", explanation: "Scans appear as they are measured" },
  reconnecting: {
    label: "Reconnecting",
    explanation: "The live connection was lost; nothing is missed, the page catches up as soon as it is back",
  },
  crowded: {
    label: "Too many live pages",
    explanation:
      "This page is not kept up to date: too many live pages are open. Close some of them and it goes on by itself, or reload it to see what is new",
  },
  offline: {
    label: "Offline",
    explanation: "No network: what you see is as it was when the connection was lost",
  },
} as const;

/** Says whether the page shows what happens now. */
export function ConnectionIndicator() {
  const status = useConnectionStatus();
  if (status === "idle") return null;
  const { label, explanation } = TEXTS[status];
  return (
    <Tooltip label={explanation} multiline maw={280}>
      <div className={classes.root} data-status={status} role="status" data-testid="connection">
        <span className={classes.dot} aria-hidden />
        <span className={classes.label}>{label}</span>
      </div>
    </Tooltip>
  );
}
