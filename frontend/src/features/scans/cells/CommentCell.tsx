import { IconPencil } from "@tabler/icons-react";
import { useContext, useRef } from "react";
import type { Scan } from "@/api/client";
import { Plain } from "@/components/Plain";
import { visibleText } from "@/components/visible";
import { DraftsContext, useDraft } from "../edits/drafts";
import { useCommentSave } from "../edits/useCommentSave";
import classes from "./cells.module.css";
import { scanLabel } from "./label";

export const LONGEST_COMMENT = 4096;

/**
 * A comment, changed in place: Enter or leaving the field saves, Escape leaves it as it was. What is being typed is
 * kept until it is saved (`drafts.ts`).
 */
export function CommentCell({ scan }: { scan: Scan }) {
  const drafts = useContext(DraftsContext);
  const draft = useDraft(scan.pid);
  const saveComment = useCommentSave();
  const returnFocus = useRef(false);
  const comment = scan.comment ?? "";

  const edit = (text: string) => drafts.set(scan.pid, { text, base: draft?.base ?? comment });
  const close = () => drafts.delete(scan.pid);
  const save = async () => {
    // Leaving the field comes after Enter and Escape as well.
    const written = drafts.get(scan.pid);
    if (!written) return;
    const text = written.text.trim();
    if (text === written.base || text === comment) close();
    else await saveComment(scan, text, written.base);
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
        title={comment ? visibleText(comment) : undefined}
        aria-label={
          comment
            ? `Comment of ${scanLabel(scan)}: ${visibleText(comment)}. Edit`
            : `Add a comment to ${scanLabel(scan)}`
        }
      >
        {comment ? (
          <span className={classes.commentText}>
            <Plain text={comment} />
          </span>
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
      value={draft.text}
      maxLength={LONGEST_COMMENT}
      // biome-ignore lint/a11y/noAutofocus: the person has just asked to write here.
      autoFocus={drafts.isOpenedHere(scan.pid)}
      data-unsaved={draft.text !== draft.base || undefined}
      title={draft.text === draft.base ? undefined : "Not saved yet: Enter saves it, Escape drops it"}
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
