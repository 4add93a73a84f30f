import type { Scan } from "@/api/client";
import { Plain } from "@/components/Plain";
import { visibleText } from "@/components/visible";
import { type ColumnId, isStandard, metadataKey, type StandardColumn } from "../columns/columns";
import { formatBytes, formatDuration, formatMoment } from "../format";
import { entryOf } from "../metadata";
import { CommentCell } from "./CommentCell";
import classes from "./cells.module.css";
import { DurationCell } from "./DurationCell";
import { Mark } from "./Mark";
import { MetadataCell } from "./MetadataCell";
import { PointsCell } from "./PointsCell";
import { RatingCell } from "./RatingCell";
import { StateCell } from "./StateCell";

interface Props {
  id: ColumnId;
  scan: Scan;
  /** Unit that the column's header shows. */
  headerUnit: string | undefined;
  /** Metadata that is not there yet is being asked for. */
  loading: boolean;
}

/** What a column shows of a scan. */
export function ScanCell({ id, scan, headerUnit, loading }: Props) {
  if (isStandard(id)) return STANDARD_CELLS[id]({ scan });
  return (
    <MetadataCell
      entry={entryOf(scan.metadata, metadataKey(id) ?? "")}
      headerUnit={headerUnit}
      loading={loading}
    />
  );
}

function clockAhead(seconds: number): string {
  const by = formatDuration(seconds * 1000, 0);
  return `The instrument's clock was ahead by ${by}: the scan stands at the time it arrived`;
}

const STANDARD_CELLS: Record<StandardColumn, (props: { scan: Scan }) => React.ReactNode> = {
  start: ({ scan }) => {
    const { date, time, full } = formatMoment(scan.start);
    return (
      <span title={full}>
        <span className={classes.soft}>{date}</span> {time}
        {scan.clockAhead ? <Mark text={clockAhead(scan.clockAhead)} /> : null}
      </span>
    );
  },
  number: ({ scan }) => <span className={classes.strong}>{scan.number ?? "—"}</span>,
  name: ({ scan }) => (
    <span className={classes.mono} title={visibleText(scan.command || scan.name)}>
      <Plain text={scan.command || scan.name || "—"} />
    </span>
  ),
  proposal: ({ scan }) => <Plain text={scan.proposal} />,
  beamline: ({ scan }) => <Plain text={scan.beamline} />,
  state: ({ scan }) => <StateCell state={scan.state} />,
  duration: ({ scan }) => <DurationCell scan={scan} />,
  points: ({ scan }) => <PointsCell scan={scan} />,
  comment: ({ scan }) => <CommentCell scan={scan} />,
  rating: ({ scan }) => <RatingCell scan={scan} />,
  files: ({ scan }) =>
    scan.numberOfFiles > 0 ? (
      <span title={visibleText(scan.path)}>
        {scan.numberOfFiles} <span className={classes.soft}>· {formatBytes(scan.size)}</span>
      </span>
    ) : (
      <span className={classes.soft}>—</span>
    ),
};
