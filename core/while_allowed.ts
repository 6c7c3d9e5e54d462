import { GatewayError } from "./errors.ts";

/** While something is read, whoever reads it is let in anew this often. */
const RECHECK_MS = 5_000;

/**
 * The pieces as they are, for as long as their reader may read them. Throws `unauthorized` before
 * the first piece that they may not read any more.
 */
export async function* whileAllowed(
  pieces: AsyncGenerator<string>,
  mayRead: () => Promise<boolean>,
): AsyncGenerator<string> {
  let checkedMs = performance.now();
  for await (const piece of pieces) {
    if (performance.now() - checkedMs > RECHECK_MS) {
      if (!await mayRead()) {
        throw new GatewayError("unauthorized", "An export's reader lost access");
      }
      checkedMs = performance.now();
    }
    yield piece;
  }
}
