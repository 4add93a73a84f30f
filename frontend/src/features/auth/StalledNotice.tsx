import { Alert } from "@mantine/core";
import { useSession } from "@/app/services";

/** Says that the sign-in cannot be renewed for the moment. There is nothing to do for it but wait. */
export function StalledNotice() {
  const state = useSession();
  if (state.status !== "signedIn" || !state.stalled) return null;
  return (
    <Alert
      color="yellow"
      role="status"
      radius={0}
      data-testid="stalled"
      title="The sign-in service does not answer"
    >
      You stay signed in, and there is nothing to do: what you see may be out of date, and what you change
      cannot be saved, until the service is back. The page tries again by itself.
    </Alert>
  );
}
