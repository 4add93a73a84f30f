import { ActionIcon, Rating } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import type { Scan } from "@/api/client";
import { useScanEdit } from "../edits/useScanEdit";
import { formatRating } from "../format";
import classes from "./cells.module.css";
import { scanLabel } from "./label";

/** Half stars up to three. A scan that nobody rated has no rating, which is not the same as none of three stars. */
export function RatingCell({ scan }: { scan: Scan }) {
  const { mutate } = useScanEdit();
  const rate = (rating: number) => {
    const next = rating || null;
    if (next !== (scan.rating ?? null)) mutate({ scan, field: "rating", value: next, base: scan.rating });
  };
  const label = `Rating of ${scanLabel(scan)}: ${formatRating(scan.rating)}`;
  return (
    <span className={classes.rating} title={formatRating(scan.rating)}>
      <Rating
        role="radiogroup"
        aria-label={label}
        value={scan.rating ?? 0}
        onChange={rate}
        count={3}
        fractions={2}
        size={16}
        color="var(--bl-star)"
        getSymbolLabel={formatRating}
        data-rating={scan.rating ?? "none"}
      />
      {scan.rating ? (
        <ActionIcon
          className={classes.clear}
          size={18}
          variant="subtle"
          color="gray"
          onClick={() => rate(0)}
          aria-label={`Take away the rating of ${scanLabel(scan)}`}
        >
          <IconX size={12} aria-hidden />
        </ActionIcon>
      ) : null}
    </span>
  );
}
