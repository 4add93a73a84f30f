import { Box, Button, Center, Group } from "@mantine/core";
import { IconCalendarSearch, IconCloudOff, IconUsers } from "@tabler/icons-react";
import { describeError } from "@/api/problem";
import { EmptyState } from "@/components/EmptyState";
import { ProblemAlert } from "@/components/ProblemAlert";
import type { Columns } from "../columns/useColumns";
import { PERIODS, sentenceOf, widerThan } from "../filters/period";
import { type ScanFilter, useProposals, type useScanPages } from "../queries";
import classes from "./ScanLog.module.css";
import { ScanTable } from "./ScanTable";
import { TableSkeleton } from "./TableSkeleton";

interface Props {
  pages: ReturnType<typeof useScanPages>;
  filter: ScanFilter;
  onFilter: (filter: ScanFilter) => void;
  columns: Columns;
  openPid: string | undefined;
  onOpen: (pid: string) => void;
}

/** The table of scans, or what there is to say instead. */
export function ScanLog({ pages, filter, onFilter, columns, openPid, onOpen }: Props) {
  const retry = () => void pages.refetch();
  const hasRows = pages.data?.pages.some(({ items }) => items.length > 0) ?? false;

  if (!pages.data && pages.isPaused) {
    return (
      <Center h="100%">
        <EmptyState icon={<IconCloudOff size={40} aria-hidden />} title="You are offline">
          The scans are loaded as soon as the network is back.
        </EmptyState>
      </Center>
    );
  }
  if (!pages.data && pages.isError) {
    return (
      <Box maw={560} mx="auto" mt={60} px="md">
        <ProblemAlert problem={describeError(pages.error)} onRetry={retry} busy={pages.isFetching} />
      </Box>
    );
  }
  if (!pages.data) return <TableSkeleton />;
  return (
    <div className={classes.log}>
      {pages.isError && !pages.isFetchNextPageError && (
        <Box p={8}>
          <ProblemAlert problem={describeError(pages.error)} onRetry={retry} busy={pages.isFetching} />
        </Box>
      )}
      {hasRows ? (
        <ScanTable pages={pages} filter={filter} columns={columns} openPid={openPid} onOpen={onOpen} />
      ) : (
        <Center h="100%">
          <NoScans filter={filter} onFilter={onFilter} />
        </Center>
      )}
    </div>
  );
}

function NoScans({ filter, onFilter }: Pick<Props, "filter" | "onFilter">) {
  const proposals = useProposals();
  const { proposal, ...frame } = filter;
  const wider = widerThan(frame);
  if (proposals.data?.items.length === 0) {
    return (
      <EmptyState icon={<IconUsers size={40} aria-hidden />} title="There is nothing here for you yet">
        You see the scans of your proposals as they are measured. None of your proposals has scans so far. If
        you miss one, ask its principal investigator or the user office to add you to it.
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={<IconCalendarSearch size={40} aria-hidden />}
      title={`No scans ${sentenceOf(frame)}`}
      actions={
        <Group mt="sm" justify="center">
          {wider && (
            <Button onClick={() => onFilter({ period: wider, ...(proposal && { proposal }) })}>
              Show {wider === "all" ? "all time" : PERIODS[wider].label.toLowerCase()}
            </Button>
          )}
          {proposal && (
            <Button variant="default" onClick={() => onFilter(frame)}>
              Show all proposals
            </Button>
          )}
        </Group>
      }
    >
      {proposal ? `Proposal ${proposal} has none.` : "There are none that you may see."} New scans appear here
      by themselves.
    </EmptyState>
  );
}
