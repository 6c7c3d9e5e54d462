import type { Services } from "./core/services.ts";

/** A platform that asks for an end waits this long before it kills. */
const STOP_WITHIN_MS = 5_000;

/** How much longer the last export may take before the process is killed. */
const EXPORT_MS = 500;

/** How long open connections may take to close once everything is flushed. */
const CONNECTIONS_MS = 500;

/** Ends the process when it is told to. */
export interface Stopping {
  /** Whether it was told to: the store may be closed already. */
  readonly isStopping: boolean;
  /** Has a server that was started accept nothing more from then on. */
  alsoShutDown(server: Deno.HttpServer): void;
}

/**
 * Ends the process on SIGINT or SIGTERM: accepts nothing more, finishes what runs,
 * flushes the call log and exits with 0, or with 1 when that took five seconds.
 *
 * `deno serve` with a cron would not end at all by itself.
 */
export function stopOnSignal(services: Services): Stopping {
  const servers: Deno.HttpServer[] = [];
  let isStopping = false;

  async function stop(): Promise<void> {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => Deno.exit(1), STOP_WITHIN_MS);
    if (services.telemetry.isExporting) killWhenLate();

    // Whoever sends requests here should be the first to know.
    services.readiness.stop();
    const disconnected = Promise.all(servers.map((server) => server.shutdown()));
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
  return {
    get isStopping() {
      return isStopping;
    },
    alsoShutDown: (server) => void servers.push(server),
  };
}

/**
 * Ends the process for certain, from a thread of its own: the last export may keep `Deno.exit`
 * for ever, when it begins while metrics are being read.
 */
function killWhenLate(): void {
  const afterMs = STOP_WITHIN_MS + EXPORT_MS;
  const script = `setTimeout(() => Deno.kill(Deno.pid, "SIGKILL"), ${afterMs})`;
  new Worker(`data:text/javascript,${encodeURIComponent(script)}`, { type: "module" });
}
