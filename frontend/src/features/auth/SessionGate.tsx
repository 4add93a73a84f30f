import { Button, Center, Group, Loader, Modal, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useServices, useSession } from "@/app/services";
import { SignInPage } from "./SignInPage";
import { currentAddress } from "./session";

/**
 * Shows its children to who is signed in. When a session ends, the page stays on the screen, with a question to sign in
 * again over it: what was being read or typed is not torn away.
 */
export function SessionGate({ children }: { children: ReactNode }) {
  const { session } = useServices();
  const state = useSession();
  if (state.status === "loading") {
    return (
      <Center mih="100dvh">
        <Loader aria-label="Loading" />
      </Center>
    );
  }
  if (state.status === "signedOut") return <SignInPage />;
  return (
    <>
      {children}
      <Modal.Root
        opened={state.status === "ended"}
        onClose={() => undefined}
        closeOnEscape={false}
        closeOnClickOutside={false}
        centered
      >
        <Modal.Overlay />
        <Modal.Content>
          <Modal.Body>
            <Modal.Title fw={600} fz={16} mb={6}>
              Your session has ended
            </Modal.Title>
            <Text size="sm">Sign in again as {state.person.name} to go on where you are.</Text>
            <Group mt="lg" justify="flex-end">
              <Button variant="default" onClick={() => void session.forget()}>
                Leave
              </Button>
              <Button data-autofocus onClick={() => void session.signIn(currentAddress())}>
                Sign in again
              </Button>
            </Group>
          </Modal.Body>
        </Modal.Content>
      </Modal.Root>
    </>
  );
}
