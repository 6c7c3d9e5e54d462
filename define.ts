import { createDefine } from "fresh";
import type { Admin } from "./core/admins/admin.ts";
import type { Services } from "./core/services.ts";
import type { Token } from "./core/tokens/token.ts";
import type { Notice } from "./routes/(pages)/(_http)/notice_cookie.ts";

/** What every handler finds in `ctx.state`. */
export interface State {
  services: Services;
  /** Where the request came from; `null` where that is not known. */
  address: string | null;
  /** Who is signed in or sends an admin's bearer; `null` for nobody. */
  admin: Admin | null;
  /** Who sends a member's bearer, where an operation is for members; else `null`. */
  member: Token | null;
  /** What the page says of what was done just before; `null` for nothing. */
  notice: Notice | null;
}

/** Gives handlers, middlewares and pages their types. */
export const define = createDefine<State>();
