import { ActionIcon, Button, Combobox, Group, Loader, Text, useCombobox } from "@mantine/core";
import { useDebouncedValue, useMediaQuery } from "@mantine/hooks";
import { IconColumns3, IconRestore } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { describeError } from "@/api/problem";
import { useParameters } from "../queries";
import { ColumnOptions, type OptionGroup, optionGroups } from "./ColumnOptions";
import { type ColumnId, isDefault } from "./columns";
import type { Columns } from "./useColumns";

const SEARCH_DELAY_MS = 200;

/** Chooses what the table shows: any metadata parameter, and the standard columns that were hidden. */
export function AddColumn({ columns, proposal }: { columns: Columns; proposal: string | undefined }) {
  const [search, setSearch] = useState("");
  const [asked] = useDebouncedValue(search.trim(), SEARCH_DELAY_MS);
  const isNarrow = useMediaQuery("(max-width: 560px)");
  const combobox = useCombobox({
    onDropdownClose: () => {
      combobox.resetSelectedOption();
      combobox.focusTarget();
      setSearch("");
    },
    onDropdownOpen: () => combobox.focusSearchInput(),
  });
  const parameters = useParameters(asked, proposal, combobox.dropdownOpened);
  const groups: OptionGroup[] = optionGroups(parameters.data?.items ?? [], search.trim());

  // What is typed chooses the first of what is found: Enter adds it.
  const { selectFirstOption, resetSelectedOption } = combobox;
  const first = search.trim() && groups[0]?.options[0]?.id;
  useEffect(() => {
    if (first) selectFirstOption();
    else resetSelectedOption();
  }, [first, selectFirstOption, resetSelectedOption]);

  const toggle = (id: string) => {
    const column = id as ColumnId;
    if (columns.columns.includes(column)) columns.remove(column);
    else columns.add(column);
  };

  return (
    <Combobox store={combobox} onOptionSubmit={toggle} width={380} position="bottom-end" shadow="md">
      <Combobox.Target targetType="button">
        {isNarrow ? (
          <ActionIcon
            variant="default"
            size={36}
            aria-label="Add column"
            onClick={() => combobox.toggleDropdown()}
          >
            <IconColumns3 size={17} aria-hidden />
          </ActionIcon>
        ) : (
          <Button
            variant="default"
            leftSection={<IconColumns3 size={16} aria-hidden />}
            onClick={() => combobox.toggleDropdown()}
          >
            Add column
          </Button>
        )}
      </Combobox.Target>
      <Combobox.Dropdown maw="calc(100vw - 16px)">
        <Combobox.Search
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
          placeholder="Search by name or key"
          aria-label="Search parameters"
          rightSection={parameters.isFetching ? <Loader size={14} /> : null}
        />
        <Combobox.Options mah={400} style={{ overflowY: "auto" }} tabIndex={0} aria-label="Columns">
          {groups.length > 0 ? (
            <ColumnOptions groups={groups} shown={columns.columns} />
          ) : (
            <Combobox.Empty>
              {parameters.isError
                ? describeError(parameters.error).detail
                : parameters.isPending
                  ? "Loading…"
                  : "No parameter with these words occurs in your scans."}
            </Combobox.Empty>
          )}
        </Combobox.Options>
        <Combobox.Footer>
          <Group justify="space-between" wrap="nowrap">
            <Text size="xs" c="dimmed">
              {columns.columns.length} columns shown
            </Text>
            <Button
              size="compact-xs"
              variant="subtle"
              disabled={isDefault(columns.columns)}
              leftSection={<IconRestore size={13} aria-hidden />}
              onClick={columns.reset}
            >
              Usual columns
            </Button>
          </Group>
        </Combobox.Footer>
      </Combobox.Dropdown>
    </Combobox>
  );
}
