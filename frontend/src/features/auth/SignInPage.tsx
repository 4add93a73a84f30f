import { Button, Stack, Text, Title } from "@mantine/core";
import { IconLogin2 } from "@tabler/icons-react";
import { useState } from "react";
import { describeError, type Problem } from "@/api/problem";
import { useServices, useSession } from "@/app/services";
import { Beams } from "@/components/Beams";
import { Logo } from "@/components/Logo";
import { ProblemAlert } from "@/components/ProblemAlert";
import classes from "./SignInPage.module.css";
import { currentAddress, type SignedOutReason } from "./session";

const REASONS: Record<SignedOutReason, string> = {
  otherTab: "You were signed out in another tab.",
  providerAway:
    "You are signed out of Beamlore. The login service does not answer, so you may still be signed in there: close the browser if others use this computer.",
};

/** What one sees before signing in. The address asked for is kept. */
export function SignInPage({ problem: initial = null }: { problem?: Problem | null }) {
  const { session } = useServices();
  const state = useSession();
  const reason = state.status === "signedOut" ? state.reason : undefined;
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(initial);

  const signIn = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await session.signIn(currentAddress());
    } catch (error) {
      setProblem({ ...describeError(error), title: "The login service cannot be reached" });
      setBusy(false);
    }
  };

  return (
    <main className={classes.page}>
      <Beams className={classes.beams} />
      <Stack className={classes.card} gap="lg">
        <Logo size={44} />
        <div>
          <Title order={1} className={classes.title}>
            Beamlore
          </Title>
          <Text c="dimmed" mt={4}>
            What was measured, by whom, with which settings: every scan, as it happens.
          </Text>
        </div>
        {reason && (
          <Text size="sm" role="status">
            {REASONS[reason]}
          </Text>
        )}
        {problem && <ProblemAlert problem={problem} />}
        <Button size="md" loading={busy} onClick={signIn} leftSection={<IconLogin2 size={18} aria-hidden />}>
          Sign in
        </Button>
        <Text size="sm" c="dimmed">
          With your account at the facility.
        </Text>
      </Stack>
    </main>
  );
}
