import manifest from "../deno.json" with { type: "json" };

/** The product's version, as its manifest says it. */
export const VERSION: string = manifest.version;
