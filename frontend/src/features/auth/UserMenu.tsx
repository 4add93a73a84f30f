import { Avatar, Menu, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { IconLogout } from "@tabler/icons-react";
import { useServices, useSession } from "@/app/services";

/** Who is signed in, and the way out. */
export function UserMenu() {
  const { session } = useServices();
  const state = useSession();
  if (!("person" in state)) return null;
  const { name, username, email } = state.person;
  return (
    <Menu position="bottom-end" width={230}>
      <Menu.Target>
        <UnstyledButton data-testid="user-menu">
          <VisuallyHidden>Signed in as {name}</VisuallyHidden>
          <Avatar aria-hidden name={name} color="beam" radius="xl" size={30} variant="filled" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div style={{ padding: "8px 12px" }}>
          <Text fw={600} size="sm">
            {name}
          </Text>
          <Text size="xs" c="dimmed">
            {email ?? username}
          </Text>
        </div>
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={() => void session.signOut()}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
