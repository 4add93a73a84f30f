import { Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

interface Props {
  icon: ReactNode;
  title: string;
  children: ReactNode;
  actions?: ReactNode;
}

/** Stands where there is nothing to show: says why, and what to do about it. */
export function EmptyState({ icon, title, children, actions }: Props) {
  return (
    <Stack align="center" gap="xs" maw={440} mx="auto" px="md" ta="center" data-testid="empty">
      <span style={{ color: "var(--bl-text-faint)" }}>{icon}</span>
      <Title order={2} fz={18}>
        {title}
      </Title>
      <Text c="dimmed" size="sm">
        {children}
      </Text>
      {actions}
    </Stack>
  );
}
