import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { scanAt } from "@/test/scans";
import { DurationCell } from "./DurationCell";
import { MetadataCell } from "./MetadataCell";
import { PointsCell } from "./PointsCell";
import { ScanCell } from "./ScanCell";
import { StateCell } from "./StateCell";

describe("the metadata cell", () => {
  it("has the exact value in its tooltip", () => {
    render(<MetadataCell entry={{ value: 7112.123456789, unit: "eV" }} headerUnit="eV" loading={false} />);
    expect(screen.getByText("7112.12")).toHaveAttribute("title", "7112.123456789 eV");
  });

  it("says that a value is unavailable, and why", () => {
    const entry = { value: null, available: false, reason: "no answer within 500 ms" };
    render(<MetadataCell entry={entry} headerUnit={undefined} loading={false} />);
    expect(screen.getByText("unavailable")).toHaveAttribute("title", "unavailable: no answer within 500 ms");
  });

  it("tells what was not recorded from what is still loading", () => {
    const { rerender, container } = render(<MetadataCell entry={undefined} headerUnit={undefined} loading />);
    expect(container).toHaveTextContent("");
    rerender(<MetadataCell entry={undefined} headerUnit={undefined} loading={false} />);
    expect(screen.getByTitle("not recorded with this scan")).toBeInTheDocument();
  });
});

describe("the points cell", () => {
  it.each([
    [{ points: 12, pointsPlanned: 40, state: "running" as const }, "12 / 40"],
    [{ points: 40, pointsPlanned: 40 }, "40"],
    [{ points: 12, pointsPlanned: 40, state: "aborted" as const }, "12 / 40"],
    [{ points: 12, pointsPlanned: null }, "12"],
    [{ points: null, pointsPlanned: null }, "—"],
  ])("of %j says %s", (changes, text) => {
    const { container } = render(<PointsCell scan={scanAt(1, changes)} />);
    expect(container).toHaveTextContent(text);
  });
});

describe("the state cell", () => {
  it.each(["running", "finished", "aborted", "interrupted"] as const)("says %s in words", (state) => {
    render(<StateCell state={state} />);
    expect(screen.getByText(state)).toBeInTheDocument();
  });
});

describe("times that cannot be right", () => {
  it("are marked where the instrument's clock was ahead", () => {
    const scan = scanAt(1, { clockAhead: 7200 });
    render(<ScanCell id="start" scan={scan} headerUnit={undefined} loading={false} />);
    expect(screen.getByRole("img", { name: /clock was ahead by 2:00:00/ })).toBeInTheDocument();
  });

  it("are marked where the end is before the start", () => {
    const scan = scanAt(1, { start: "2026-03-01T12:00:00Z", end: "2026-03-01T11:00:00Z" });
    render(<DurationCell scan={scan} />);
    expect(screen.getByRole("img", { name: /end is before the start/ })).toBeInTheDocument();
  });
});
