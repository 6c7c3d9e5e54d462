import type { Services } from "./core/services.ts";

/** A platform that asks for an end waits this long before it kills. */
const STOP_WITHIN_MS = 5_000;

/** How long open connections may take to close once everything is flushed. */
const CONNECTIONS_MS = 500;

/**
 * Ends the process on SIGINT or SIGTERM: accepts nothing more, finishes what runs,
 * flushes the call log and exits with 0, or with 1 when that took five seconds.
 */
export function stopOnSignal(services: Services, server?: Deno.HttpServer): void {
  let isStopping = false;

  async function stop(): Promise<void> {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => Deno.exit(1), STOP_WITHIN_MS);

    const disconnected = server?.shutdown();
    await services.close();
    await Promise.race([
      disconnected,
      new Promise((resolve) => setTimeout(resolve, CONNECTIONS_MS)),
    ]);
    Deno.exit(0);
  }

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => void stop());
  }
}
