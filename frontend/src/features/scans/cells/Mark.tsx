import { IconAlertTriangle } from "@tabler/icons-react";
import classes from "./cells.module.css";

/** A sign that a value is to be read with care, and why. */
export function Mark({ text }: { text: string }) {
  return (
    <span className={classes.soft} role="img" aria-label={text} title={text}>
      <IconAlertTriangle size={13} stroke={2.2} aria-hidden />
    </span>
  );
}
