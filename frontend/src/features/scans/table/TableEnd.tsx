import { Button, Loader, Text } from "@mantine/core";
import { describeError } from "@/api/problem";
import classes from "./table.module.css";

interface Props {
  hasNextPage: boolean;
  error: Error | null;
  onRetry: () => void;
  text: string;
}

/** Below the last row: more is coming, could not come, or there is no more. */
export function TableEnd({ hasNextPage, error, onRetry, text }: Props) {
  return (
    <div className={classes.end}>
      {error ? (
        <>
          <Text size="sm">{describeError(error).title}.</Text>
          <Button size="compact-sm" variant="default" onClick={onRetry}>
            Try again
          </Button>
        </>
      ) : hasNextPage ? (
        <Loader size="sm" type="dots" aria-label="Older scans are loading" />
      ) : (
        <Text size="xs" c="dimmed">
          {text}
        </Text>
      )}
    </div>
  );
}
