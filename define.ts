import { createDefine } from "fresh";
import type { Admin } from "./core/admins/admin.ts";
import type { Services } from "./core/services.ts";

/** What every handler finds in `ctx.state`. */
export interface State {
  services: Services;
  /** Who is signed in or sends an admin's bearer; `null` for nobody. */
  admin: Admin | null;
}

/** Gives handlers, middlewares and pages their types. */
export const define = createDefine<State>();
