import { createRoute } from "@tanstack/react-router";
import { shellRoute } from "@/app/routes";
import { ScanLogPage } from "./ScanLogPage";
import { validateScanSearch } from "./search";

export const scanLogRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/scans",
  validateSearch: validateScanSearch,
  component: ScanLogPage,
});
