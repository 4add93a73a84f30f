import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

/** The running front door that `npm run dev` sends the API, the login and the settings to. */
const frontDoor = process.env.BEAMLORE_FRONT_DOOR ?? "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: {
    host: "127.0.0.1",
    proxy: {
      "/api": { target: frontDoor },
      "/idp": { target: frontDoor },
      "/config.json": { target: frontDoor },
    },
  },
  build: {
    // The content security policy allows no data: fonts; small assets stay files.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/test/setup.ts"],
    css: false,
  },
});
