import { define } from "../define.ts";

/** Whether the process lives: it answers as long as it does anything at all. */
export const handler = define.handlers({
  GET: () => Response.json({ status: "ok" }, { headers: { "cache-control": "no-store" } }),
});
