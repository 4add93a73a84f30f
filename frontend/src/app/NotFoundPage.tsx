import { Anchor, Center } from "@mantine/core";
import { IconMapQuestion } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { EmptyState } from "@/components/EmptyState";

export function NotFoundPage() {
  return (
    <Center mih="100dvh" component="main">
      <EmptyState icon={<IconMapQuestion size={40} aria-hidden />} title="There is no such page">
        The address may have been mistyped.{" "}
        <Anchor component={Link} to="/scans" inherit>
          Go to the scan log
        </Anchor>
      </EmptyState>
    </Center>
  );
}
