import { expect, it } from "vitest";
import type { ScanMetadata } from "@/api/client";
import { entryOf } from "./metadata";

it.each(["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"])(
  "finds %s only where it was recorded",
  (key) => {
    expect(entryOf({}, key)).toBeUndefined();
    const recorded = JSON.parse(`{"${key}":{"value":1}}`) as Record<string, ScanMetadata>;
    expect(entryOf(recorded, key)).toEqual({ value: 1 });
  },
);
