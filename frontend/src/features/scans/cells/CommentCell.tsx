import { IconPencil } from "@tabler/icons-react";
import { useContext, useRef, useState } from "react";
import type { Scan } from "@/api/client";
import { useScanEdit } from "../useScanEdit";
import classes from "./cells.module.css";
import { DraftsContext } from "./drafts";
import { scanLabel } from "./label";

const LONGEST_COMMENT = 4096;

/**
 * A comment, changed in place: Enter or leaving the field saves, Escape leaves it as it was. What is being typed
 * outlives that the row is scrolled away, and a comment that could not be saved can be edited on.
 */
export function CommentCell({ scan }: { scan: Scan }) {
  const drafts = useContext(DraftsContext);
  const { mutateAsync } = useScanEdit();
  const [draft, setDraft] = useState<string | undefined>(() => drafts.get(scan.pid));
  const returnFocus = useRef(false);
  const comment = scan.comment ?? "";

  const edit = (text: string) => {
    drafts.set(scan.pid, text);
    setDraft(text);
  };
  const close = () => {
    drafts.delete(scan.pid);
    setDraft(undefined);
  };
  const save = async () => {
    // Leaving the field comes after Enter and Escape as well.
    if (!drafts.has(scan.pid)) return;
    const text = (draft ?? "").trim();
    close();
    if (text === comment) return;
    await mutateAsync({ pid: scan.pid, patch: { comment: text || null } }).catch(() => edit(text));
  };

  if (draft === undefined) {
    return (
      <button
        type="button"
        className={classes.comment}
        ref={(button) => {
          if (button && returnFocus.current) button.focus();
          returnFocus.current = false;
        }}
        onClick={() => edit(comment)}
        title={comment || undefined}
        aria-label={
          comment ? `Comment of ${scanLabel(scan)}: ${comment}. Edit` : `Add a comment to ${scanLabel(scan)}`
        }
      >
        {comment ? (
          <span className={classes.commentText}>{comment}</span>
        ) : (
          <span className={classes.add}>Add a comment</span>
        )}
        <IconPencil className={classes.pencil} size={13} aria-hidden />
      </button>
    );
  }
  return (
    <input
      className={classes.editor}
      value={draft}
      maxLength={LONGEST_COMMENT}
      // biome-ignore lint/a11y/noAutofocus: the person has just asked to write here.
      autoFocus
      aria-label={`Comment of ${scanLabel(scan)}`}
      onChange={(event) => edit(event.currentTarget.value)}
      onBlur={() => void save()}
      onKeyDown={(event) => {
        const isEnter = event.key === "Enter" && !event.nativeEvent.isComposing;
        if (!isEnter && event.key !== "Escape") return;
        event.stopPropagation();
        // The button that takes the focus now would be pressed by the same key.
        event.preventDefault();
        returnFocus.current = true;
        if (isEnter) void save();
        else close();
      }}
    />
  );
}
