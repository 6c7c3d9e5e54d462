/** For the server file that the build writes; of no use to an app. */
export { applySnapshot } from "./app.ts";
export { diskSnapshot } from "./disk_snapshot.ts";
export { addIslands } from "./snapshot.ts";
