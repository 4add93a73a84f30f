import { Center, Loader } from "@mantine/core";
import { useRouter } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { ApiError, describeError, type Problem } from "@/api/problem";
import { useServices } from "@/app/services";
import { SignInPage } from "./SignInPage";

/** Where the identity provider sends the browser back to: finishes the login and goes on to the address asked for. */
export function CallbackPage() {
  const { session } = useServices();
  const router = useRouter();
  const started = useRef(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  useEffect(() => {
    // The code in the address is good for one use only, and effects may run twice.
    if (started.current) return;
    started.current = true;
    session
      .completeSignIn()
      .then((returnTo) => router.history.replace(returnTo))
      .catch((error: unknown) => setProblem(loginProblem(error)));
  }, [session, router]);

  if (problem) return <SignInPage problem={problem} />;
  return (
    <Center mih="100dvh">
      <Loader aria-label="Signing in" />
    </Center>
  );
}

function loginProblem(error: unknown): Problem {
  const detail =
    error instanceof TypeError || error instanceof ApiError
      ? describeError(error).detail
      : "The login was not finished in this browser, or took too long. Sign in again.";
  return { title: "The login did not succeed", detail };
}
