import { createDefine } from "fresh";

/** What the fixture's middlewares leave behind. */
export interface State {
  trail?: string[];
}

export const define = createDefine<State>();
