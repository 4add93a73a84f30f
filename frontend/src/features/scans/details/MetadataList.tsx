import { ActionIcon, Text, TextInput, Tooltip } from "@mantine/core";
import { IconColumnInsertRight, IconColumnRemove, IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import type { ScanMetadata } from "@/api/client";
import { Plain } from "@/components/Plain";
import { visibleText } from "@/components/visible";
import { metadataColumn } from "../columns/columns";
import type { Columns } from "../columns/useColumns";
import { formatEntry } from "../format";
import classes from "./details.module.css";
import { groupMetadata } from "./groups";

interface Props {
  metadata: Record<string, ScanMetadata>;
  columns: Columns;
}

/** All metadata of a scan, under its headings, searched by name, key or source. */
export function MetadataList({ metadata, columns }: Props) {
  const [search, setSearch] = useState("");
  const groups = groupMetadata(metadata, search);
  const count = Object.keys(metadata).length;
  if (count === 0) {
    return (
      <Text size="sm" c="dimmed">
        No metadata was recorded with this scan.
      </Text>
    );
  }
  return (
    <section aria-label="Metadata">
      <TextInput
        size="sm"
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        placeholder={`Search ${count} parameters`}
        aria-label="Search the metadata"
        leftSection={<IconSearch size={15} aria-hidden />}
      />
      {groups.map(({ title, entries }) => (
        <div key={title}>
          <h3 className={classes.group}>
            <Plain text={title} />
          </h3>
          <dl className={classes.metadata}>
            {entries.map(([key, entry]) => (
              <Entry key={key} name={key} entry={entry} columns={columns} />
            ))}
          </dl>
        </div>
      ))}
      {groups.length === 0 && (
        <Text size="sm" c="dimmed" mt="md">
          No parameter with these words.
        </Text>
      )}
    </section>
  );
}

function Entry({ name: key, entry, columns }: { name: string; entry: ScanMetadata; columns: Columns }) {
  const { text, exact, available } = formatEntry(entry);
  const column = metadataColumn(key);
  const isShown = columns.columns.includes(column);
  const label = isShown
    ? `Hide the column ${visibleText(entry.name || key)}`
    : `Show ${visibleText(entry.name || key)} as a column`;
  return (
    <div className={classes.entry}>
      <dt>
        <Plain text={entry.name || key} />
        <span className={classes.source}>
          <Plain text={[entry.name && key, entry.source].filter(Boolean).join(" · ")} />
        </span>
      </dt>
      <dd title={exact} data-unavailable={!available || undefined}>
        {available ? text : exact}
      </dd>
      <dd className={classes.action}>
        <Tooltip label={isShown ? "Hide the column" : "Show as a column"}>
          <ActionIcon
            size={22}
            variant="subtle"
            color={isShown ? "beam" : "gray"}
            aria-label={label}
            onClick={() => (isShown ? columns.remove(column) : columns.add(column))}
          >
            {isShown ? (
              <IconColumnRemove size={15} aria-hidden />
            ) : (
              <IconColumnInsertRight size={15} aria-hidden />
            )}
          </ActionIcon>
        </Tooltip>
      </dd>
    </div>
  );
}
