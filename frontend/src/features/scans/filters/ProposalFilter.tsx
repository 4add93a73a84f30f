import { Select, Text } from "@mantine/core";
import { IconFileDescription } from "@tabler/icons-react";
import { visibleText } from "@/components/visible";
import { useProposals } from "../queries";
import classes from "./ProposalFilter.module.css";

interface Props {
  value: string | undefined;
  onChange: (id: string | undefined) => void;
}

/** Which proposal's scans are shown; found by its id or words of its title. */
export function ProposalFilter({ value, onChange }: Props) {
  const { data, isPending, isError } = useProposals();
  const proposals = data?.items ?? [];
  const titles = new Map(proposals.map(({ id, title }) => [id, title && visibleText(title)]));
  const options = proposals.map(({ id, title }) => ({
    value: id,
    label: title ? `${id} · ${visibleText(title)}` : id,
  }));
  // A link may name a proposal that is not in the list: it shows all the same.
  if (value && !titles.has(value)) options.unshift({ value, label: value });

  return (
    <Select
      aria-label="Proposal"
      placeholder={isPending ? "Proposals are loading…" : "All proposals"}
      classNames={{ root: classes.root }}
      data={options}
      value={value ?? null}
      onChange={(id) => onChange(id ?? undefined)}
      searchable
      clearable
      size="sm"
      maxDropdownHeight={380}
      leftSection={<IconFileDescription size={16} aria-hidden />}
      clearButtonProps={{ "aria-label": "Show all proposals" }}
      nothingFoundMessage={
        isError
          ? "The proposals could not be read."
          : proposals.length === 0
            ? "You have no proposals with scans yet."
            : "No proposal with these words."
      }
      renderOption={({ option }) => (
        <div>
          <Text size="sm" fw={600}>
            {option.value}
          </Text>
          <Text size="xs" c="dimmed">
            {titles.get(option.value) || "without a title"}
          </Text>
        </div>
      )}
    />
  );
}
