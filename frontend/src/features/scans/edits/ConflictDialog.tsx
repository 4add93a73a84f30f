import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { type ReactNode, useContext, useState } from "react";
import { LONGEST_COMMENT } from "../cells/CommentCell";
import { scanLabel } from "../cells/label";
import { formatRating } from "../format";
import classes from "./conflict.module.css";
import { DraftsContext } from "./drafts";
import { type ConflictError, mergeTexts } from "./save";
import { useCommentSave } from "./useCommentSave";
import { useScanEdit } from "./useScanEdit";

interface Props {
  conflict: ConflictError | undefined;
  onClose: () => void;
}

/** Shows what two people wrote at the same time, and lets the person choose. Escape leaves the decision open. */
export function ConflictDialog({ conflict, onClose }: Props) {
  const drafts = useContext(DraftsContext);
  const leaveOpen = () => {
    if (conflict) drafts.failedSaving(conflict.current.pid);
    onClose();
  };
  return (
    <Modal.Root opened={conflict !== undefined} onClose={leaveOpen} size={560} centered>
      <Modal.Overlay />
      <Modal.Content data-testid="conflict">
        <Modal.Body>
          {conflict?.edit.field === "comment" && <CommentConflict conflict={conflict} onClose={onClose} />}
          {conflict?.edit.field === "rating" && <RatingConflict conflict={conflict} onClose={onClose} />}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function CommentConflict({ conflict, onClose }: { conflict: ConflictError; onClose: () => void }) {
  const { current, edit } = conflict;
  const drafts = useContext(DraftsContext);
  const save = useCommentSave();
  const theirs = current.comment ?? "";
  const mine = typeof edit.value === "string" ? edit.value : "";
  const [merged, setMerged] = useState(() =>
    mergeTexts(String(edit.base ?? ""), theirs, mine).slice(0, LONGEST_COMMENT),
  );
  const keep = (text: string) => {
    onClose();
    if (text === theirs) drafts.delete(current.pid);
    else {
      drafts.set(current.pid, { text, base: theirs });
      void save(current, text, theirs);
    }
  };
  return (
    <Stack gap="md">
      <Heading what="comment" scan={scanLabel(current)} />
      <Version title="Theirs" action="Keep theirs" onChoose={() => keep(theirs)}>
        {theirs || <i>The comment was removed.</i>}
      </Version>
      <Version title="Yours" action="Save mine" onChoose={() => keep(mine)}>
        {mine || <i>You removed the comment.</i>}
      </Version>
      <div>
        <Textarea
          label="Both, as you want them"
          value={merged}
          maxLength={LONGEST_COMMENT}
          onChange={(event) => setMerged(event.currentTarget.value)}
          autosize
          minRows={2}
          maxRows={6}
        />
        <Group justify="flex-end" mt={8}>
          <Button onClick={() => keep(merged.trim())}>Save this text</Button>
        </Group>
      </div>
    </Stack>
  );
}

function RatingConflict({ conflict, onClose }: { conflict: ConflictError; onClose: () => void }) {
  const { current, edit } = conflict;
  const { mutate } = useScanEdit();
  const save = () => {
    onClose();
    mutate({ ...edit, scan: current, base: current.rating });
  };
  return (
    <Stack gap="md">
      <Heading what="rating" scan={scanLabel(current)} />
      <Version title="Theirs" action="Keep theirs" onChoose={onClose}>
        {formatRating(current.rating)}
      </Version>
      <Version title="Yours" action="Save mine" onChoose={save}>
        {formatRating(edit.value as number | null)}
      </Version>
    </Stack>
  );
}

function Heading({ what, scan }: { what: string; scan: string }) {
  return (
    <div>
      <Modal.Title fw={600} fz={16} mb={4}>
        Somebody else changed this {what}
      </Modal.Title>
      <Text size="sm">
        The {what} of {scan} was changed while you were changing it. Choose what stays.
      </Text>
    </div>
  );
}

interface VersionProps {
  title: string;
  action: string;
  onChoose: () => void;
  children: ReactNode;
}

function Version({ title, action, onChoose, children }: VersionProps) {
  return (
    <section aria-label={title} className={classes.version}>
      <div className={classes.text}>
        <Text size="xs" c="dimmed">
          {title}
        </Text>
        <div>{children}</div>
      </div>
      <Button variant="default" onClick={onChoose}>
        {action}
      </Button>
    </section>
  );
}
