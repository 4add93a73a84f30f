import { Combobox, Group, Text } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import type { Parameter } from "@/api/client";
import { visibleText } from "@/components/visible";
import { type ColumnId, DEFAULT_COLUMNS, metadataColumn, STANDARD_COLUMNS } from "./columns";

export interface ColumnOption {
  id: ColumnId;
  title: string;
  /** What tells it apart: its key and unit. */
  key?: string;
  unit?: string;
}

export interface OptionGroup {
  title: string;
  options: ColumnOption[];
}

const UNGROUPED = "Other";

/** Returns what can be chosen, under its headings: standard columns first, parameters by their group. */
export function optionGroups(parameters: readonly Parameter[], search: string): OptionGroup[] {
  const words = search.toLowerCase();
  const standard = DEFAULT_COLUMNS.filter((id) => STANDARD_COLUMNS[id].title.toLowerCase().includes(words));
  const groups = new Map<string, ColumnOption[]>();
  for (const { key, name, unit, group } of parameters) {
    // While an answer is on its way the one before shows: what does not have the words is not to be chosen by mistake.
    if (!key.toLowerCase().includes(words) && !name.toLowerCase().includes(words)) continue;
    const options = groups.get(group || UNGROUPED) ?? [];
    options.push({
      id: metadataColumn(key),
      title: visibleText(name || key),
      key: visibleText(key),
      ...(unit && { unit }),
    });
    groups.set(group || UNGROUPED, options);
  }
  const parameterGroups = [...groups]
    .sort(([a], [b]) => Number(a === UNGROUPED) - Number(b === UNGROUPED) || a.localeCompare(b))
    .map(([title, options]) => ({ title, options }));
  if (standard.length === 0) return parameterGroups;
  const usual = {
    title: "Standard",
    options: standard.map((id) => ({ id, title: STANDARD_COLUMNS[id].title })),
  };
  // Without words, what people look for is a parameter: the standard columns stand below.
  return words ? [usual, ...parameterGroups] : [...parameterGroups, usual];
}

export function ColumnOptions({ groups, shown }: { groups: OptionGroup[]; shown: readonly ColumnId[] }) {
  return groups.map(({ title, options }) => (
    <Combobox.Group key={title} label={title}>
      {options.map((option) => {
        const isShown = shown.includes(option.id);
        return (
          <Combobox.Option key={option.id} value={option.id} active={isShown} py={5}>
            <Group gap={8} wrap="nowrap">
              <IconCheck
                size={15}
                opacity={isShown ? 1 : 0}
                color="var(--bl-running)"
                role="img"
                aria-label={isShown ? "shown" : "not shown"}
              />
              <div style={{ minWidth: 0, flex: 1 }}>
                <Text size="sm" truncate>
                  {option.title}
                </Text>
                {option.key && option.key !== option.title && (
                  <Text size="xs" c="dimmed" ff="monospace" truncate>
                    {option.key}
                  </Text>
                )}
              </div>
              {option.unit && (
                <Text size="xs" c="dimmed">
                  {option.unit}
                </Text>
              )}
            </Group>
          </Combobox.Option>
        );
      })}
    </Combobox.Group>
  ));
}
