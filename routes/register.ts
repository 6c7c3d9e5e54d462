/** Where clients that found no authorization server try to register themselves. */
export { handler } from "./.well-known/[...path].ts";
