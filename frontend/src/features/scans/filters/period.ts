/** Spans of time that end now. */
export const PERIODS = {
  "1h": { label: "Last hour", sentence: "in the last hour" },
  today: { label: "Today", sentence: "today" },
  "24h": { label: "Last 24 hours", sentence: "in the last 24 hours" },
  "7d": { label: "Last 7 days", sentence: "in the last 7 days" },
  all: { label: "All time", sentence: "" },
} as const;

export type Period = keyof typeof PERIODS;
export const PERIOD_IDS = Object.keys(PERIODS) as Period[];
export const DEFAULT_PERIOD: Period = "24h";

/** From `from` (inclusive) to `to` (exclusive), ISO 8601; an end that is absent is open. */
export interface Range {
  from?: string;
  to?: string;
}

export interface TimeFrame {
  period?: Period;
  from?: string;
  to?: string;
}

const HOUR_MS = 3_600_000;

export function isPeriod(value: unknown): value is Period {
  return typeof value === "string" && Object.hasOwn(PERIODS, value);
}

/** Returns the span that a time frame means at a moment. */
export function rangeOf(frame: TimeFrame, now: Date): Range {
  if (frame.from || frame.to) {
    return { ...(frame.from && { from: frame.from }), ...(frame.to && { to: frame.to }) };
  }
  const start = startOf(frame.period ?? DEFAULT_PERIOD, now);
  return start ? { from: start.toISOString() } : {};
}

/** Returns the next wider span that may show something where this one shows nothing; none: it is the widest. */
export function widerThan(frame: TimeFrame): Period | undefined {
  if (frame.from || frame.to) return "all";
  const period = frame.period ?? DEFAULT_PERIOD;
  if (period === "all") return undefined;
  return period === "7d" ? "all" : "7d";
}

/** Says a time frame in the middle of a sentence: "in the last hour"; nothing for all time. */
export function sentenceOf(frame: TimeFrame): string {
  return frame.from || frame.to ? "in this time frame" : PERIODS[frame.period ?? DEFAULT_PERIOD].sentence;
}

function startOf(period: Period, now: Date): Date | undefined {
  switch (period) {
    case "1h":
      return new Date(now.getTime() - HOUR_MS);
    case "today":
      return new Date(now.getFullYear(), now.getMonth(), now.getDate());
    case "24h":
      return new Date(now.getTime() - 24 * HOUR_MS);
    case "7d":
      return new Date(now.getTime() - 7 * 24 * HOUR_MS);
    case "all":
      return undefined;
  }
}
