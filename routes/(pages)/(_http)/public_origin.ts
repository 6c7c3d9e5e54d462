import type { Context } from "fresh";
import type { State } from "../../../define.ts";

/** Where the browser sees this gateway: as it is set, or as this request came. */
export function publicOrigin({ url, state: { services: { config } } }: Context<State>): string {
  return config.publicUrlIsSet ? config.publicUrl : url.origin;
}
