import { createRouter } from "@tanstack/react-router";
import { callbackRoute } from "@/features/auth/routes";
import { scanLogRoute } from "@/features/scans/routes";
import { ErrorPage } from "./ErrorPage";
import { homeRoute, rootRoute, shellRoute } from "./routes";
import { parseSearch, stringifySearch } from "./search";

export const router = createRouter({
  routeTree: rootRoute.addChildren([callbackRoute, shellRoute.addChildren([homeRoute, scanLogRoute])]),
  // Every route has it: a page that breaks off leaves the frame around it, and the way to the others.
  defaultErrorComponent: ErrorPage,
  parseSearch,
  stringifySearch,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
