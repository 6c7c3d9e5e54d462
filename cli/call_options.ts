import { type Command, Option } from "commander";
import { type CallView, Outcome } from "../core/calls/call.ts";
import { parseMoment } from "./times.ts";

/** What may be said of which calls are wanted. */
export interface CallOptions {
  server?: string;
  member?: string;
  tool?: string;
  outcome?: Outcome;
  from?: string;
  to?: string;
}

/** Adds the options that choose calls. */
export function addCallOptions(verb: Command): Command {
  return verb
    .option("--server <slug>", "only calls to this server; the slug that it had, or its id")
    .option("--member <who>", "only calls of this name, e-mail address or token id")
    .option("--tool <name>", "only calls of this tool, prompt or resource")
    .addOption(
      new Option("--outcome <outcome>", "only calls that ended so").choices(Outcome.options),
    );
}

/** Adds the options that choose when calls arrived. */
export function addPeriodOptions(verb: Command, now: () => Date): Command {
  const from = "the earliest arrival: 2026-11-22, 2026-11-22T09:30Z, or 12h, 30d before now";
  const to = "the end: a day that counts whole, or the first time that does not (default: now)";
  return verb
    .option("--from <time>", from, parseMoment("--from", now))
    .option("--to <time>", to, parseMoment("--to", now));
}

/** What was said of calls, as the API wants it. */
export function callQuery(options: CallOptions): URLSearchParams {
  const query = new URLSearchParams();
  for (const name of ["server", "member", "tool", "outcome", "from", "to"] as const) {
    const value = options[name];
    if (value !== undefined) query.set(name, value);
  }
  return query;
}

/** How a call ended, and why where that says more. */
export function outcomeInWords({ outcome, reason }: Pick<CallView, "outcome" | "reason">): string {
  const why = reason === null || reason === outcome ? "" : ` (${reason.replaceAll("_", " ")})`;
  return outcome.replaceAll("_", " ") + why;
}
