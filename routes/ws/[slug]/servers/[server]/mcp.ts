/** The same endpoint under the name that newer clients expect. */
export { handler } from "./sse.ts";
