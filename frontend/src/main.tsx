import "@fontsource-variable/ibm-plex-sans/wght.css";
import "@fontsource/ibm-plex-mono/400.css";
import "@mantine/core/styles.css";
import "@mantine/dates/styles.css";
import "@mantine/notifications/styles.css";
import "./app/tokens.css";
import { createRoot } from "react-dom/client";
import { Page } from "./app/Page";
import { startServices } from "./app/start";

const element = document.getElementById("root");
if (!element) throw new Error("index.html holds no element #root");
createRoot(element).render(<Page starting={startServices()} />);
