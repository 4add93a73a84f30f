import type { ScanMetadata } from "@/api/client";
import { formatEntry } from "../format";
import classes from "./cells.module.css";

interface Props {
  entry: ScanMetadata | undefined;
  headerUnit: string | undefined;
  loading: boolean;
}

/** What was recorded of a parameter; the exact value, or why there is none, stands in its tooltip. */
export function MetadataCell({ entry, headerUnit, loading }: Props) {
  if (!entry) {
    if (loading) return <span className={classes.skeleton} />;
    return (
      <span className={classes.soft} title="not recorded with this scan">
        —
      </span>
    );
  }
  const { text, exact, available } = formatEntry(entry, headerUnit);
  return (
    <span className={available ? undefined : classes.unavailable} title={exact}>
      {text}
    </span>
  );
}
