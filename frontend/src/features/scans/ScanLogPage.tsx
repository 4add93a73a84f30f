import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { useUsername } from "@/app/services";
import { metadataKeys } from "./columns/columns";
import { useColumns } from "./columns/useColumns";
import { ScanDrawer } from "./details/ScanDrawer";
import { ConflictDialog } from "./edits/ConflictDialog";
import { ConflictsContext, useConflicts } from "./edits/conflicts";
import { DraftsContext, usePersonsDrafts } from "./edits/drafts";
import { Toolbar } from "./filters/Toolbar";
import { type ScanFilter, useScanPages } from "./queries";
import classes from "./ScanLogPage.module.css";
import { ScanLog } from "./table/ScanLog";
import { useLiveScans } from "./useLiveScans";
import { useReloadOnNewColumns } from "./useReloadOnNewColumns";

const route = getRouteApi("/shell/scans");

/** The scan log: what was measured, newest first, live. */
export function ScanLogPage() {
  const { period, from, to, proposal, scan } = route.useSearch();
  const navigate = route.useNavigate();
  const filter = useMemo<ScanFilter>(
    () => ({
      ...(period && { period }),
      ...(from && { from }),
      ...(to && { to }),
      ...(proposal && { proposal }),
    }),
    [period, from, to, proposal],
  );
  const columns = useColumns();
  const drafts = usePersonsDrafts(useUsername());
  const conflicts = useConflicts();
  const keysText = metadataKeys(columns.columns).join("\n");
  const keys = useMemo(() => (keysText ? keysText.split("\n") : []), [keysText]);

  const pages = useScanPages(filter, keys);
  useLiveScans(filter, keys);
  useReloadOnNewColumns(keys, pages.refetch);

  const setFilter = useCallback(
    (next: ScanFilter) =>
      void navigate({
        search: ({ columns: shown, scan: open }) => ({
          ...next,
          ...(shown && { columns: shown }),
          ...(open && { scan: open }),
        }),
      }),
    [navigate],
  );
  const openScan = useCallback(
    (pid: string | undefined) =>
      void navigate({
        search: ({ scan: _, ...rest }) => ({ ...rest, ...(pid && { scan: pid }) }),
        replace: true,
      }),
    [navigate],
  );

  return (
    <DraftsContext value={drafts}>
      <ConflictsContext value={conflicts}>
        <div className={classes.page}>
          <Toolbar filter={filter} onFilter={setFilter} columns={columns} />
          <ScanLog
            pages={pages}
            filter={filter}
            onFilter={setFilter}
            columns={columns}
            openPid={scan}
            onOpen={openScan}
          />
          <ScanDrawer pid={scan} onClose={() => openScan(undefined)} columns={columns} />
          <ConflictDialog conflict={conflicts.first} onClose={conflicts.close} />
        </div>
      </ConflictsContext>
    </DraftsContext>
  );
}
