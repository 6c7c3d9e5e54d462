import { newServerId } from "../ids.ts";
import { checkRules } from "../secrets/injection_rule.ts";
import { Plaintext } from "../secrets/plaintext.ts";
import { type Credential, ruleOf, type TrialInput } from "../servers/connection_trial.ts";
import { DEFAULT_MAX_CONCURRENT } from "../servers/server.ts";
import type { TestReport } from "../servers/test_report.ts";
import type { HealthNotes } from "./health_notes.ts";
import { tryConnection, type TryDeps } from "./try_connection.ts";
import type { Injection, Target } from "./upstream.ts";

/** What a person waits for while they type. */
const TIMEOUTS = { connectSeconds: 5, firstByteSeconds: 5, idleSeconds: 5, totalSeconds: 10 };

/**
 * Connects to a server that nobody has registered, as a call would, and lists its tools.
 *
 * The address is one that the rules allow, or nothing is sent. Nothing is kept of what is found
 * out, nor of the credential. Throws `invalid_input` for a URL or a credential that could not be
 * stored either, and the signal's reason when that aborts.
 */
export async function tryAddress(
  deps: Omit<TryDeps, "health" | "leaks">,
  { url: text, protocol = "auto", credential }: TrialInput,
  signal: AbortSignal,
): Promise<TestReport> {
  const url = deps.addresses.parse(text);
  await deps.addresses.check(url);
  const injections = credential === undefined ? [] : [injectionOf(credential)];

  const id = newServerId();
  const target: Target = {
    id,
    slug: url.host,
    url,
    injections,
    searched: injections,
    fingerprint: id,
    sharedFingerprint: id,
    protocol,
    timeoutMs: TIMEOUTS.totalSeconds * 1000,
    timeouts: TIMEOUTS,
    maxConcurrent: DEFAULT_MAX_CONCURRENT,
    forwardHeaders: [],
    onLeak: "redact",
  };
  const nobody = { seen: () => Promise.resolve() };
  return await tryConnection({ ...deps, health: NO_NOTES, leaks: nobody }, () => target, {
    signal,
  });
}

function injectionOf(credential: Credential): Injection {
  const rule = ruleOf(credential);
  const { value } = credential;
  checkRules({
    rules: [rule],
    value,
    others: [],
    fields: { rules: () => "header", value: "value" },
  });
  return { name: rule.name, rule, value: new Plaintext(value) };
}

/** Of a server that is none yet, nothing is kept. */
const NO_NOTES: HealthNotes = {
  eras: () => Promise.resolve(null),
  setEras: () => Promise.resolve(),
  dropEras: () => Promise.resolve(),
  setBreaker: () => Promise.resolve(),
};
