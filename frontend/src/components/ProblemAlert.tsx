import { Alert, Button, Group, Text } from "@mantine/core";
import { IconAlertTriangle, IconRefresh } from "@tabler/icons-react";
import type { Problem } from "@/api/problem";

interface Props {
  problem: Problem;
  onRetry?: (() => void) | undefined;
  busy?: boolean;
}

/** Says what went wrong and, where that may help, offers to try again. */
export function ProblemAlert({ problem, onRetry, busy = false }: Props) {
  return (
    <Alert
      color="red"
      variant="light"
      role="alert"
      icon={<IconAlertTriangle size={18} aria-hidden />}
      title={problem.title}
      styles={{
        root: { background: "color-mix(in srgb, var(--bl-bad) 9%, var(--bl-surface))" },
        title: { color: "var(--bl-text)" },
      }}
    >
      <Group justify="space-between" gap="sm">
        <Text size="sm" c="var(--bl-text)" flex="1 1 220px">
          {sentence(problem.detail)}
        </Text>
        {onRetry && (
          <Button
            size="xs"
            variant="default"
            loading={busy}
            onClick={onRetry}
            leftSection={<IconRefresh size={14} aria-hidden />}
          >
            Try again
          </Button>
        )}
      </Group>
    </Alert>
  );
}

/** Services say details in the middle of a sentence ("there is no scan …"); here they stand alone. */
function sentence(text: string): string {
  const start = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(start) ? start : `${start}.`;
}
