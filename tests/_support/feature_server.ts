import type { FeatureWorld } from "./feature_world.ts";
import type { Upstream } from "./upstream.ts";

/** A running server that offers everything that MCP has, as far as its revision goes. */
export interface FeatureServer extends Upstream {
  readonly world: FeatureWorld;
  readonly port: number;
  /** Adds a tool, a prompt and a resource, and says once for each list that it changed. */
  grow(name: string): Promise<void>;
  /** Changes today's note and tells those who subscribed to it. */
  change(): Promise<void>;
  /** How many streams there are on which it can say something outside of a call. */
  listeners(): number;
  /** How many want to hear of changes of today's note. */
  subscribers(): number;
}

/** How such a server is started; with a port, in the place of one that ended. */
export interface FeatureServerOptions {
  port?: number;
  world?: FeatureWorld;
}

/** The same stream, with a word when its reader has left or it has come to its end. */
export function watchEnd(
  body: ReadableStream<Uint8Array>,
  onEnd: () => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let isOver = false;
  const end = () => {
    if (!isOver) onEnd();
    isOver = true;
  };
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (!done) return controller.enqueue(value);
      end();
      controller.close();
    },
    cancel(reason) {
      end();
      return reader.cancel(reason);
    },
  });
}
