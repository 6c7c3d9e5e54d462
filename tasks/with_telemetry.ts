/**
 * Starts this program once more, as what Deno takes for telemetry that is on: it decides
 * before the first line of a program runs, and takes `OTEL_DENO=true` alone.
 *
 * Gives the exit code. What ends this process ends the other one.
 */
export async function runWithTelemetry(): Promise<number> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", Deno.mainModule, ...Deno.args],
    env: { OTEL_DENO: "true" },
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => pass(child, signal));
  }
  return (await child.status).code;
}

/** Passes a signal on; that it is told twice to end must not hide how it ended. */
function pass(child: Deno.ChildProcess, signal: Deno.Signal): void {
  try {
    child.kill(signal);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}
