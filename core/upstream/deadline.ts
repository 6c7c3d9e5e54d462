import { afterAbout } from "../coarse_timer.ts";
import type { GatewayError } from "../errors.ts";

/** Ends what is running, for a reason. */
export type Stop = (reason: unknown) => void;

/**
 * Runs something that must end within a time, and earlier when `parent` aborts.
 *
 * Rejects with `failure()` when the time is over and with the parent's reason when
 * that aborts, whether or not `run` heeds its signal.
 */
export function withDeadline<T>(
  parent: AbortSignal,
  timeoutMs: number,
  failure: () => GatewayError,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return runUntilStopped(parent, (stop) => afterAbout(timeoutMs, () => stop(failure())), run);
}

/**
 * Runs something until it ends, `parent` aborts or what `arm` sets up stops it; that is
 * disposed of in any case. Rejects with what it was stopped for.
 */
export async function runUntilStopped<T, Armed extends Disposable>(
  parent: AbortSignal,
  arm: (stop: Stop) => Armed,
  run: (signal: AbortSignal, armed: Armed) => Promise<T>,
): Promise<T> {
  parent.throwIfAborted();
  const controller = new AbortController();
  const stopped = Promise.withResolvers<never>();
  const stop = (reason: unknown) => {
    stopped.reject(reason);
    controller.abort(reason);
  };
  const onParent = () => stop(parent.reason);
  const armed = arm(stop);
  parent.addEventListener("abort", onParent);
  stopped.promise.catch(() => {});

  try {
    return await Promise.race([run(controller.signal, armed), stopped.promise]);
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    armed[Symbol.dispose]();
    parent.removeEventListener("abort", onParent);
  }
}
