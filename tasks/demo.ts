/**
 * `deno task demo`: the main job on this machine, on an empty store.
 *
 * Starts a notes server that wants an API key and a gateway in front of it,
 * walks through what an admin and a member do, and checks what it shows. Stays
 * up until Ctrl-C, or ends after the tour with `--once`. Exit code 0 only if
 * every check held.
 */
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Findings } from "./demo/findings.ts";
import { Stage } from "./demo/stage.ts";
import { tellNextSteps, walkThrough } from "./demo/tour.ts";

/** Gives the exit code. What goes wrong on the way is a finding like a check that failed. */
async function demo(once: boolean): Promise<number> {
  const findings = new Findings();
  const { promise: interrupted, resolve: interrupt } = Promise.withResolvers<"interrupted">();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => interrupt("interrupted"));
  }

  await using stage = new Stage();
  const tour = walkThrough(stage, findings, once).catch((error) => findings.failed(error, stage));
  if (await Promise.race([tour, interrupted]) === "interrupted") {
    findings.failed(new Error("Interrupted before the end"));
  }

  if (findings.allHeld && !once) {
    tellNextSteps(stage);
    // A terminal's Ctrl-C reaches the servers too, and one of them may be gone first.
    const abandoned = stage.someoneLeft.then(() => delay(500));
    if (await Promise.race([abandoned, interrupted]) !== "interrupted") {
      findings.failed(new Error("A server ended by itself"), stage);
    }
  }

  findings.conclude();
  return findings.allHeld ? 0 : 1;
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: { once: { type: "boolean", default: false } },
  });
  Deno.exit(await demo(values.once));
}
