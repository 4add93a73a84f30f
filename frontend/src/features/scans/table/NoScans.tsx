import { Button, Group } from "@mantine/core";
import { IconCalendarSearch, IconUsers } from "@tabler/icons-react";
import { EmptyState } from "@/components/EmptyState";
import { PERIODS, sentenceOf, widerThan } from "../filters/period";
import { type ScanFilter, useProposals } from "../queries";

interface Props {
  filter: ScanFilter;
  onFilter: (filter: ScanFilter) => void;
}

/**
 * Stands where no scans are to be shown. There may be some that the person may not see: nothing here says that there
 * are none, nor that there are.
 */
export function NoScans({ filter, onFilter }: Props) {
  const proposals = useProposals();
  const { proposal, ...frame } = filter;
  const known = proposals.data?.items;
  const wider = widerThan(frame);
  const isUnknown = proposal !== undefined && known !== undefined && !known.some(({ id }) => id === proposal);
  const { title, text } = wordsFor(filter, { hasProposals: known?.length !== 0, isUnknown });
  const actions = (
    <Group mt="sm" justify="center">
      {wider && !isUnknown && (
        <Button onClick={() => onFilter({ period: wider, ...(proposal && { proposal }) })}>
          Show {wider === "all" ? "all time" : PERIODS[wider].label.toLowerCase()}
        </Button>
      )}
      {proposal && (
        <Button variant={isUnknown ? "filled" : "default"} onClick={() => onFilter(frame)}>
          Show all proposals
        </Button>
      )}
    </Group>
  );
  const Icon = isUnknown || known?.length === 0 ? IconUsers : IconCalendarSearch;
  return (
    <EmptyState
      icon={<Icon size={40} aria-hidden />}
      title={title}
      actions={known?.length === 0 && !proposal ? undefined : actions}
    >
      {text}
    </EmptyState>
  );
}

/** What the empty log says: a title, and what to do. */
export function wordsFor(
  filter: ScanFilter,
  { hasProposals, isUnknown }: { hasProposals: boolean; isUnknown: boolean },
): { title: string; text: string } {
  const { proposal, ...frame } = filter;
  if (proposal && isUnknown) {
    return {
      title: `No scans you can see in proposal ${proposal}`,
      text: "Check the proposal's id. If it is right, either nothing was measured yet or you are not a member: its principal investigator or the user office can add you.",
    };
  }
  if (!hasProposals) {
    return {
      title: "No scans you can see yet",
      text: "The scans of your proposals appear here as they are measured. If you miss a proposal, ask its principal investigator or the user office to add you.",
    };
  }
  const where = proposal && `in proposal ${proposal}`;
  return {
    title: ["No scans you can see", where, sentenceOf(frame)].filter(Boolean).join(" "),
    text: "Choose a longer time frame or another proposal. New scans appear here automatically.",
  };
}
