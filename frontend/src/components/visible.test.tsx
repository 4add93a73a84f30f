import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { Plain } from "./Plain";
import { visibleText } from "./visible";

describe("visibleText", () => {
  it.each([
    ["scan\u202e5h.exe", "scan\\u202e5h.exe"],
    ["\u2066a\u2069", "\\u2066a\\u2069"],
    ["a\u200bb\ufeff", "a\\u200bb\\ufeff"],
    ["a\u0000\u001b[31m", "a\\u0000\\u001b[31m"],
    ["\u{e0041}", "\\u{e0041}"],
    ["a\u2028b", "a\\u2028b"],
  ])("shows what is hidden in %j", (text, shown) => {
    expect(visibleText(text)).toBe(shown);
  });

  it.each(["größe Å µm °C", "日本語", "עברית", "line\none\ttab", "👩\u200d🔬", "نمونه\u200cها"])(
    "leaves %j alone",
    (text) => {
      expect(visibleText(text)).toBe(text);
    },
  );
});

describe("Plain", () => {
  it("keeps the direction of its text to itself", () => {
    render(<Plain text={"a\u202eb"} />);
    expect(screen.getByText("a\\u202eb").tagName).toBe("BDI");
  });
});
