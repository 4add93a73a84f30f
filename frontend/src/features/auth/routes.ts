import { createRoute } from "@tanstack/react-router";
import { rootRoute } from "@/app/routes";
import { CallbackPage } from "./CallbackPage";
import { CALLBACK_PATH } from "./session";

export const callbackRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: CALLBACK_PATH,
  component: CallbackPage,
});
