import { Button, Divider } from "@mantine/core";
import { DateTimePicker } from "@mantine/dates";
import dayjs from "dayjs";
import { useState } from "react";
import type { TimeFrame } from "./period";

interface Props {
  frame: TimeFrame;
  onApply: (frame: TimeFrame) => void;
}

/** A span of one's own; either end may be left open. Times are the browser's. */
export function CustomFrame({ frame, onApply }: Props) {
  const [from, setFrom] = useState(() => localOf(frame.from));
  const [to, setTo] = useState(() => localOf(frame.to));
  const isBackwards = from !== null && to !== null && from >= to;
  const picker = {
    size: "sm",
    clearable: true,
    valueFormat: "YYYY-MM-DD HH:mm",
    popoverProps: { withinPortal: false },
    highlightToday: true,
  } as const;
  return (
    <>
      <Divider label="Own time frame" labelPosition="left" my={4} mx={4} />
      <DateTimePicker
        {...picker}
        label="From"
        placeholder="the beginning"
        value={from}
        onChange={setFrom}
        px={4}
      />
      <DateTimePicker
        {...picker}
        label="To"
        placeholder="now, and on"
        value={to}
        onChange={setTo}
        px={4}
        error={isBackwards && "The end stands before the beginning."}
      />
      <Button
        m={4}
        mt={8}
        disabled={(from === null && to === null) || isBackwards}
        onClick={() => onApply({ ...(from && { from: isoOf(from) }), ...(to && { to: isoOf(to) }) })}
      >
        Show this time frame
      </Button>
    </>
  );
}

/** Mantine's pickers hold `YYYY-MM-DD HH:mm:ss` without a time zone. */
function localOf(iso: string | undefined): string | null {
  return iso ? dayjs(iso).format("YYYY-MM-DD HH:mm:ss") : null;
}

function isoOf(local: string): string {
  return dayjs(local).toDate().toISOString().replace(":00.000Z", "Z");
}
