import { describe, expect, it } from "vitest";
import { optionGroups } from "./ColumnOptions";

const PARAMETERS = [
  { key: "mono_energy", name: "Mono energy", unit: "eV", group: "Optics" },
  { key: "x", name: "", group: "" },
  { key: "detector_energy", name: "Threshold", group: "Detector" },
];

describe("columns to choose from", () => {
  it("stand under their headings, those without one at the end, then the standard columns", () => {
    expect(optionGroups(PARAMETERS, "").map(({ title }) => title)).toEqual([
      "Detector",
      "Optics",
      "Other",
      "Standard",
    ]);
  });

  it("are named by their key where they have no name", () => {
    expect(optionGroups(PARAMETERS, "").find(({ title }) => title === "Other")?.options).toEqual([
      { id: "m.x", title: "x", key: "x" },
    ]);
  });

  it("have the words in their name or key, also while the answer is still that to other words", () => {
    const found = optionGroups(PARAMETERS, "Energy").flatMap(({ options }) => options.map(({ id }) => id));
    expect(found).toEqual(["m.detector_energy", "m.mono_energy"]);
  });

  it("are the standard ones first where the words are theirs", () => {
    expect(optionGroups(PARAMETERS, "rating").map(({ title }) => title)).toEqual(["Standard"]);
  });
});
