import type { Scan } from "@/api/client";

const FIRST_START = Date.parse("2026-03-01T10:00:00Z");

/** A finished scan that started `minute` minutes after ten. */
export function scanAt(minute: number, changes: Partial<Scan> = {}): Scan {
  return {
    pid: `20.500/scan-${String(minute).padStart(4, "0")}`,
    number: minute,
    name: "ascan",
    beamline: "balder",
    proposal: "20260101",
    command: "ascan energy 7100 7200 100 0.1",
    start: new Date(FIRST_START + minute * 60_000).toISOString(),
    end: new Date(FIRST_START + minute * 60_000 + 30_000).toISOString(),
    state: "finished",
    points: 101,
    pointsPlanned: 101,
    numberOfFiles: 1,
    size: 1000,
    path: "/data/20260101",
    updatedAt: new Date(FIRST_START).toISOString(),
    version: 1,
    metadata: {},
    ...changes,
  };
}
