import { Center, Loader, MantineProvider, Stack } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { CatchBoundary, RouterProvider } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { describeError, isTransient, type Problem } from "@/api/problem";
import { Logo } from "@/components/Logo";
import { ProblemAlert } from "@/components/ProblemAlert";
import { ErrorPage } from "./ErrorPage";
import { router } from "./router";
import { type Services, ServicesContext } from "./services";
import { theme } from "./theme";

const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      retry: (failures, error) => failures < 2 && isTransient(error),
      refetchOnWindowFocus: false,
    },
    // A comment typed without a network is told at once, not kept for later in a tab that may be closed.
    mutations: { networkMode: "always" },
  },
});

/** The whole page, from the moment it knows nothing. */
export function Page({ starting }: { starting: Promise<Services> }) {
  const [services, setServices] = useState<Services | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    starting.then(setServices).catch((error: unknown) => setProblem(describeError(error)));
  }, [starting]);

  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <Notifications position="bottom-right" />
        {services ? (
          <ServicesContext value={services}>
            <CatchBoundary getResetKey={() => "page"} errorComponent={ErrorPage}>
              <RouterProvider router={router} />
            </CatchBoundary>
          </ServicesContext>
        ) : (
          <Center mih="100dvh" p="md">
            {problem ? (
              <Stack maw={480} component="main">
                <Logo size={40} />
                <ProblemAlert problem={problem} onRetry={() => window.location.reload()} />
              </Stack>
            ) : (
              <Loader aria-label="Loading" />
            )}
          </Center>
        )}
      </QueryClientProvider>
    </MantineProvider>
  );
}
