/** The query parameter that marks the address of an asset as locked to a build. */
export const ASSET_KEY = "__frsh_c";

/** The folder of a build's scripts, as a path of the site. */
export function scriptFolder(buildId: string): string {
  return `/_fresh/js/${buildId}/`;
}

// In a browser, the scripts' own address says which build they belong to.
const ownFolder = /\/_fresh\/js\/([^/]+)\//.exec(import.meta.url);

/** Names the running build; changes whenever a script or a static file does. */
export let BUILD_ID: string = ownFolder?.[1] ??
  crypto.randomUUID().replaceAll("-", "");

/** Takes over the id of the build that is about to be served. */
export function setBuildId(id: string): void {
  BUILD_ID = id;
}
