import type { ScanMetadata } from "@/api/client";
import { visibleText } from "@/components/visible";

const SIGNIFICANT_DIGITS = 6;

/** A value as it is shown, and as it is exactly. */
export interface Shown {
  text: string;
  exact: string;
}

/** Writes a value in a few significant digits; very large and very small numbers with an exponent. */
export function formatValue(value: unknown): Shown {
  if (value === null || value === undefined) return { text: "—", exact: "no value" };
  if (typeof value === "number") return { text: formatNumber(value), exact: String(value) };
  if (typeof value === "boolean") return { text: value ? "yes" : "no", exact: String(value) };
  if (typeof value === "string") return { text: visibleText(value), exact: visibleText(value) };
  if (Array.isArray(value)) {
    return {
      text: `[${value.map((part) => formatValue(part).text).join(", ")}]`,
      exact: JSON.stringify(value),
    };
  }
  const exact = JSON.stringify(value);
  return { text: exact, exact };
}

export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || (Number.isInteger(value) && size < 1e9)) return String(value);
  if (size < 1e-3 || size >= 1e9) {
    const [digits = "", exponent = ""] = value.toExponential(SIGNIFICANT_DIGITS - 2).split("e");
    return `${trimZeros(digits)}e${exponent.replace("+", "")}`;
  }
  return size >= 1e5 ? trimZeros(value.toFixed(1)) : trimZeros(value.toPrecision(SIGNIFICANT_DIGITS));
}

/** A metadata entry in a cell. `headerUnit`: the unit the column's header shows already. */
export function formatEntry(entry: ScanMetadata, headerUnit?: string): Shown & { available: boolean } {
  if (entry.available === false) {
    return {
      text: "unavailable",
      exact: `unavailable: ${visibleText(entry.reason ?? "") || "no reason was given"}`,
      available: false,
    };
  }
  const { text, exact } = formatValue(entry.value);
  const unit = visibleText(entry.unit ?? "");
  return {
    text: unit && unit !== headerUnit ? `${text} ${unit}` : text,
    exact: unit ? `${exact} ${unit}` : exact,
    available: true,
  };
}

/** Writes a span of time: `4.2 s`, `3:07`, `1:02:03`, `2 d 03:04`. */
export function formatDuration(milliseconds: number, decimals = 1): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (Number(seconds.toFixed(decimals)) < 60) return `${seconds.toFixed(decimals)} s`;
  const whole = Math.round(seconds);
  const [days, hours] = [Math.floor(whole / 86_400), Math.floor(whole / 3600) % 24];
  const [minutes, rest] = [pad(Math.floor(whole / 60) % 60), pad(whole % 60)];
  if (days > 0) return `${days} d ${pad(hours)}:${minutes}`;
  return hours > 0 ? `${hours}:${minutes}:${rest}` : `${Number(minutes)}:${rest}`;
}

/** Writes bytes in decimal units, as disks and networks count them. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let size = bytes;
  let unit = 0;
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit > 0 && size < 9.95 ? size.toFixed(1) : Math.round(size)} ${units[unit]}`;
}

/** Splits a moment into date and time of the browser's time zone. */
export function formatMoment(iso: string): { date: string; time: string; full: string } {
  const moment = new Date(iso);
  const date = `${moment.getFullYear()}-${pad(moment.getMonth() + 1)}-${pad(moment.getDate())}`;
  const time = `${pad(moment.getHours())}:${pad(moment.getMinutes())}:${pad(moment.getSeconds())}`;
  return { date, time, full: `${date} ${time} (${moment.toISOString()})` };
}

/** Says a rating: "2.5 of 3 stars". */
export function formatRating(rating: number | null | undefined): string {
  if (!rating) return "not rated";
  return `${rating} of 3 stars`;
}

function pad(part: number): string {
  return String(part).padStart(2, "0");
}

function trimZeros(digits: string): string {
  return digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
}
