import { Drawer, Group, Skeleton, Stack, Text } from "@mantine/core";
import type { Scan } from "@/api/client";
import { describeError } from "@/api/problem";
import { Plain } from "@/components/Plain";
import { ProblemAlert } from "@/components/ProblemAlert";
import { StateCell } from "../cells/StateCell";
import type { Columns } from "../columns/useColumns";
import { useScan } from "../queries";
import classes from "./details.module.css";
import { MetadataList } from "./MetadataList";
import { ScanFacts } from "./ScanFacts";

interface Props {
  pid: string | undefined;
  onClose: () => void;
  columns: Columns;
}

/** All that is known of a scan, at the side of the table. */
export function ScanDrawer({ pid, onClose, columns }: Props) {
  return (
    <Drawer.Root opened={pid !== undefined} onClose={onClose} position="right" size="min(520px, 100vw)">
      <Drawer.Overlay backgroundOpacity={0.15} />
      <Drawer.Content>
        {/* Not `Drawer.Header`: its <header> would be a second banner of the page. */}
        <div className={classes.head}>
          <Drawer.Title fw={600}>Scan</Drawer.Title>
          <Drawer.CloseButton aria-label="Close the details" />
        </div>
        <Drawer.Body>{pid !== undefined && <Details pid={pid} columns={columns} />}</Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  );
}

function Details({ pid, columns }: { pid: string; columns: Columns }) {
  const { data, error, isFetching, refetch } = useScan(pid);
  if (!data && error) {
    return <ProblemAlert problem={describeError(error)} onRetry={() => void refetch()} busy={isFetching} />;
  }
  if (!data) {
    return (
      <Stack role="status" aria-label="The scan is loading">
        {[60, 90, 75, 85, 40].map((width) => (
          <Skeleton key={width} height={14} width={`${width}%`} />
        ))}
      </Stack>
    );
  }
  return (
    <Stack gap="md">
      <Heading scan={data} />
      <ScanFacts scan={data} />
      <MetadataList metadata={data.metadata} columns={columns} />
    </Stack>
  );
}

function Heading({ scan }: { scan: Scan }) {
  return (
    <div>
      <Group gap="sm">
        <Text fz={20} fw={600}>
          {scan.number === undefined || scan.number === null ? (
            <Plain text={scan.name} />
          ) : (
            `Scan ${scan.number}`
          )}
        </Text>
        <StateCell state={scan.state} />
      </Group>
      <Text ff="monospace" size="sm" style={{ overflowWrap: "anywhere" }}>
        <Plain text={scan.command || scan.name} />
      </Text>
    </div>
  );
}
