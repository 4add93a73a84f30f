import { createRouter } from "@tanstack/react-router";
import { callbackRoute } from "@/features/auth/routes";
import { scanLogRoute } from "@/features/scans/routes";
import { homeRoute, rootRoute, shellRoute } from "./routes";
import { parseSearch, stringifySearch } from "./search";

export const router = createRouter({
  routeTree: rootRoute.addChildren([callbackRoute, shellRoute.addChildren([homeRoute, scanLogRoute])]),
  parseSearch,
  stringifySearch,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
