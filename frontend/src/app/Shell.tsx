import { Group } from "@mantine/core";
import { Link, Outlet } from "@tanstack/react-router";
import { ColorSchemeMenu } from "@/components/ColorSchemeMenu";
import { Logo } from "@/components/Logo";
import { SessionGate } from "@/features/auth/SessionGate";
import { StalledNotice } from "@/features/auth/StalledNotice";
import { UserMenu } from "@/features/auth/UserMenu";
import { ConnectionIndicator } from "@/features/live/ConnectionIndicator";
import classes from "./Shell.module.css";

/** The frame around every page for who is signed in. */
export function Shell() {
  return (
    <SessionGate>
      <div className={classes.shell}>
        <a className={classes.skip} href="#main">
          Skip to the content
        </a>
        <header className={classes.header}>
          <Link to="/scans" className={classes.brand} aria-label="Beamlore, to the scan log">
            <Logo />
            <span className={classes.name}>Beamlore</span>
          </Link>
          <h1 className={classes.page}>Scan log</h1>
          <Group gap={10} ml="auto" wrap="nowrap">
            <ConnectionIndicator />
            <ColorSchemeMenu />
            <UserMenu />
          </Group>
        </header>
        <StalledNotice />
        <main id="main" className={classes.main}>
          <Outlet />
        </main>
      </div>
    </SessionGate>
  );
}
