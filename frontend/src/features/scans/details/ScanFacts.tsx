import { ActionIcon, CopyButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import type { Scan } from "@/api/client";
import { Plain } from "@/components/Plain";
import { DurationCell } from "../cells/DurationCell";
import { formatBytes, formatMoment, formatRating } from "../format";
import classes from "./details.module.css";

/** What every scan has. */
export function ScanFacts({ scan }: { scan: Scan }) {
  const start = formatMoment(scan.start);
  const end = scan.end ? formatMoment(scan.end) : undefined;
  const facts: [string, React.ReactNode][] = [
    ["Start", <span key="start" title={start.full}>{`${start.date} ${start.time}`}</span>],
    ["End", end ? <span key="end" title={end.full}>{`${end.date} ${end.time}`}</span> : "running"],
    ["Duration", <DurationCell key="duration" scan={scan} />],
    ["Proposal", <Plain key="proposal" text={scan.proposal} />],
    ["Beamline", <Plain key="beamline" text={scan.beamline} />],
    ["Sample", scan.sample && <Plain key="sample" text={scan.sample} />],
    ["Points", points(scan)],
    ["Files", scan.numberOfFiles > 0 ? `${scan.numberOfFiles} (${formatBytes(scan.size)})` : undefined],
    ["Path", scan.path && <Copied key="path" text={scan.path} what="path" />],
    ["PID", <Copied key="pid" text={scan.pid} what="PID" />],
    ["Rating", formatRating(scan.rating)],
    ["Comment", scan.comment && <Plain key="comment" text={scan.comment} />],
  ];
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) =>
        value === undefined || value === null || value === "" ? null : (
          <div key={name} className={classes.fact}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ),
      )}
    </dl>
  );
}

function points({ points: measured, pointsPlanned }: Scan): string | undefined {
  if (measured === undefined || measured === null) return undefined;
  return pointsPlanned ? `${measured} of ${pointsPlanned}` : String(measured);
}

function Copied({ text, what }: { text: string; what: string }) {
  return (
    <span className={classes.copied}>
      <span className={classes.mono}>
        <Plain text={text} />
      </span>
      <CopyButton value={text}>
        {({ copied, copy }) => (
          <ActionIcon
            size={20}
            variant="subtle"
            color="gray"
            onClick={copy}
            aria-label={copied ? "Copied" : `Copy the ${what}`}
          >
            {copied ? <IconCheck size={13} aria-hidden /> : <IconCopy size={13} aria-hidden />}
          </ActionIcon>
        )}
      </CopyButton>
    </span>
  );
}
