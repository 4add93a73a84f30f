import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { scanAt } from "@/test/scans";
import { NewScansPill } from "./NewScansPill";
import { indexNear } from "./useReadingPlace";
import { gridTemplate } from "./useTableModel";

describe("the button for new scans", () => {
  it("counts, and is not there when there are none", async () => {
    const press = vi.fn();
    const { rerender } = render(<NewScansPill count={2} onClick={press} />);
    await userEvent.click(screen.getByRole("button", { name: "2 new scans" }));
    expect(press).toHaveBeenCalledOnce();
    rerender(<NewScansPill count={1} onClick={press} />);
    expect(screen.getByRole("button", { name: "1 new scan" })).toBeInTheDocument();
    rerender(<NewScansPill count={0} onClick={press} />);
    expect(screen.queryByRole("button")).not.toBeInTheDocument();
  });
});

describe("where a row went", () => {
  const rows = [5, 4, 3, 2, 1].map((minute) => scanAt(minute));

  it("is found above and below its old place", () => {
    expect(indexNear(rows, scanAt(2).pid, 1)).toBe(3);
    expect(indexNear(rows, scanAt(5).pid, 4)).toBe(0);
  });

  it("is unknown for a row that is gone", () => {
    expect(indexNear(rows, scanAt(9).pid, 2)).toBeUndefined();
  });
});

describe("the room of the columns", () => {
  it("is as resized, and what is left goes to the comment", () => {
    expect(gridTemplate(["number", "comment"], { number: 80 })).toBe("34px 80px minmax(176px, 1fr)");
  });

  it("goes to the last column where there is neither comment nor command", () => {
    expect(gridTemplate(["number", "state"], {})).toBe("34px 60px minmax(106px, 1fr)");
  });
});
