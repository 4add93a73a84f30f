import { createRootRoute, createRoute, redirect } from "@tanstack/react-router";
import { validateScanSearch } from "@/features/scans/search";
import { NotFoundPage } from "./NotFoundPage";
import { Shell } from "./Shell";

/** Where the features' routes hang: on the root, or in the frame for who is signed in. */
export const rootRoute = createRootRoute({ notFoundComponent: NotFoundPage });
export const shellRoute = createRoute({ getParentRoute: () => rootRoute, id: "shell", component: Shell });

export const homeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/",
  validateSearch: validateScanSearch,
  beforeLoad: ({ search }) => {
    throw redirect({ to: "/scans", search, replace: true });
  },
});
