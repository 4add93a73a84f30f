import { Box, Center } from "@mantine/core";
import { IconCloudOff } from "@tabler/icons-react";
import { describeError } from "@/api/problem";
import { EmptyState } from "@/components/EmptyState";
import { ProblemAlert } from "@/components/ProblemAlert";
import type { Columns } from "../columns/useColumns";
import type { ScanFilter, useScanPages } from "../queries";
import { NoScans } from "./NoScans";
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
