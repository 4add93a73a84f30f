import { Button, Center, Code, CopyButton, Group, Text } from "@mantine/core";
import { IconCheck, IconCopy, IconPlugConnectedX, IconRefresh } from "@tabler/icons-react";
import { useState } from "react";
import { EmptyState } from "@/components/EmptyState";
import { describeFailure, reportOf } from "./failure";

interface Props {
  error: unknown;
}

/** Stands in the place of a page, or of a part of it, that broke off: says what happened and the ways on. */
export function ErrorPage({ error }: Props) {
  const [report] = useState(() => {
    const id = crypto.randomUUID().slice(0, 8);
    return { id, text: reportOf(id, error, new Date()) };
  });
  const { title, detail } = describeFailure(error);
  return (
    <Center mih="60dvh" role="alert" data-testid="failure">
      <EmptyState
        icon={<IconPlugConnectedX size={40} aria-hidden />}
        title={title}
        actions={
          <>
            <Group mt="sm" justify="center">
              <Button
                leftSection={<IconRefresh size={16} aria-hidden />}
                onClick={() => window.location.reload()}
              >
                Reload the page
              </Button>
              {/* A link of the browser's own: the page's parts that broke are not needed for it. */}
              <Button component="a" href="/scans" variant="default">
                Go to the scan log
              </Button>
            </Group>
            <Group gap={6} mt="lg" justify="center">
              <Text size="xs" c="dimmed">
                If it happens again, send your support team report <Code>{report.id}</Code>
              </Text>
              <CopyButton value={report.text}>
                {({ copied, copy }) => (
                  <Button
                    size="compact-xs"
                    variant="subtle"
                    onClick={copy}
                    leftSection={
                      copied ? <IconCheck size={13} aria-hidden /> : <IconCopy size={13} aria-hidden />
                    }
                  >
                    {copied ? "Copied" : "Copy the report"}
                  </Button>
                )}
              </CopyButton>
            </Group>
          </>
        }
      >
        {detail}
      </EmptyState>
    </Center>
  );
}
