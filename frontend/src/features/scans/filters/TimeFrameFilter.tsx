import { Button, Popover, Stack } from "@mantine/core";
import { IconChevronDown, IconClock } from "@tabler/icons-react";
import { useState } from "react";
import { formatMoment } from "../format";
import { CustomFrame } from "./CustomFrame";
import { DEFAULT_PERIOD, PERIOD_IDS, PERIODS, type TimeFrame } from "./period";

interface Props {
  frame: TimeFrame;
  onChange: (frame: TimeFrame) => void;
}

/** Which time's scans are shown: a span up to now, or one of one's own. */
export function TimeFrameFilter({ frame, onChange }: Props) {
  const [opened, setOpened] = useState(false);
  const isCustom = Boolean(frame.from ?? frame.to);
  const choose = (next: TimeFrame) => {
    onChange(next);
    setOpened(false);
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="default"
          leftSection={<IconClock size={16} aria-hidden />}
          rightSection={<IconChevronDown size={14} aria-hidden />}
          onClick={() => setOpened((open) => !open)}
          aria-label={`Time frame: ${labelOf(frame)}`}
          data-testid="time-frame"
        >
          {labelOf(frame)}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={8}>
        <Stack gap={2} miw={232}>
          {PERIOD_IDS.map((id) => {
            const isChosen = !isCustom && id === (frame.period ?? DEFAULT_PERIOD);
            return (
              <Button
                key={id}
                variant={isChosen ? "light" : "subtle"}
                color={isChosen ? "beam" : "gray"}
                c={isChosen ? "beam" : "var(--bl-text)"}
                justify="flex-start"
                aria-pressed={isChosen}
                onClick={() => choose({ period: id })}
              >
                {PERIODS[id].label}
              </Button>
            );
          })}
          <CustomFrame frame={frame} onApply={choose} />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function labelOf({ period, from, to }: TimeFrame): string {
  if (!from && !to) return PERIODS[period ?? DEFAULT_PERIOD].label;
  if (!to) return `Since ${shortMoment(from as string)}`;
  return from ? `${shortMoment(from)} – ${shortMoment(to)}` : `Before ${shortMoment(to)}`;
}

function shortMoment(iso: string): string {
  const { date, time } = formatMoment(iso);
  return `${date} ${time.slice(0, 5)}`;
}
