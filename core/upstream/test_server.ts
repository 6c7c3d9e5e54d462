import { type GatewayError, refusal } from "../errors.ts";
import type { Server } from "../servers/server.ts";
import type { TestReport } from "../servers/test_report.ts";
import type { HealthNotes } from "./health_notes.ts";
import { OpenServer, type TargetSources } from "./open_target.ts";
import { type TrialWork, tryConnection, type TryDeps } from "./try_connection.ts";

/** What a trial connection to a registered server needs. */
export type TrialDeps = TargetSources & TryDeps;

/**
 * Connects to a server as a call would, and lists its tools.
 *
 * Nothing that is remembered of the server is used, so what is reported is what holds
 * now. A failure is a report with its stage. Throws `conflict` for a disabled server, which
 * nobody calls, and the signal's reason when that aborts.
 */
export function testServer(
  deps: TrialDeps,
  server: Server,
  signal?: AbortSignal,
): Promise<TestReport> {
  return tryServer(deps, server, undefined, signal);
}

/** The same, with more work on the connection once its tools are listed. */
export async function tryServer(
  deps: TrialDeps,
  server: Server,
  work: TrialWork | undefined,
  signal?: AbortSignal,
): Promise<TestReport> {
  if (server.disabled !== null) throw isDisabledNow(server.slug);
  const open = async () => (await OpenServer.open(deps, server)).forNobody();
  const health = withoutMemory(deps.health);
  return await tryConnection({ ...deps, health }, open, { work, signal });
}

function isDisabledNow(slug: string): GatewayError {
  return refusal(
    "conflict",
    `Server "${slug}" is disabled, so nothing is sent to it; enable it first.`,
  );
}

/** Notes that know nothing yet, and keep what is found out for everybody. */
function withoutMemory(health: HealthNotes): HealthNotes {
  return {
    eras: () => Promise.resolve(null),
    setEras: (server, eras) => health.setEras(server, eras),
    dropEras: (server) => health.dropEras(server),
    setBreaker: () => Promise.resolve(),
  };
}
