import { Builder } from "fresh/dev";

/** Builds the app with `build` as argument; serves it for development without. */
const builder = new Builder({ root: import.meta.dirname });

if (Deno.args.includes("build")) await builder.build();
else await builder.listen(() => import("./main.ts"));
