import { afterAbout } from "../coarse_timer.ts";
import type { GatewayError } from "../errors.ts";

/**
 * Runs something that must end within a time, and earlier when `parent` aborts.
 *
 * Rejects with `failure()` when the time is over and with the parent's reason when
 * that aborts, whether or not `run` heeds its signal.
 */
export async function withDeadline<T>(
  parent: AbortSignal,
  timeoutMs: number,
  failure: () => GatewayError,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  parent.throwIfAborted();
  const controller = new AbortController();
  const stopped = Promise.withResolvers<never>();
  const stop = (reason: unknown) => {
    stopped.reject(reason);
    controller.abort(reason);
  };
  const onParent = () => stop(parent.reason);
  const timer = afterAbout(timeoutMs, () => stop(failure()));
  parent.addEventListener("abort", onParent);
  stopped.promise.catch(() => {});

  try {
    return await Promise.race([run(controller.signal), stopped.promise]);
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    timer[Symbol.dispose]();
    parent.removeEventListener("abort", onParent);
  }
}
