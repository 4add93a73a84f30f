import { AddColumn } from "../columns/AddColumn";
import type { Columns } from "../columns/useColumns";
import type { ScanFilter } from "../queries";
import { ProposalFilter } from "./ProposalFilter";
import { TimeFrameFilter } from "./TimeFrameFilter";
import classes from "./Toolbar.module.css";

interface Props {
  filter: ScanFilter;
  onFilter: (filter: ScanFilter) => void;
  columns: Columns;
}

/** Above the table: the time frame on the left, columns and the proposal on the right. */
export function Toolbar({ filter, onFilter, columns }: Props) {
  const { proposal, ...frame } = filter;
  return (
    <div className={classes.toolbar} role="toolbar" aria-label="Filters and columns">
      <TimeFrameFilter
        frame={frame}
        onChange={(next) => onFilter({ ...next, ...(proposal && { proposal }) })}
      />
      <span className={classes.space} />
      <AddColumn columns={columns} proposal={proposal} />
      <ProposalFilter
        value={proposal}
        onChange={(id) => onFilter({ ...frame, ...(id && { proposal: id }) })}
      />
    </div>
  );
}
