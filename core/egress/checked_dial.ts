import type { AddressRules } from "../servers/address_rules.ts";
import type { Network } from "./network.ts";
import type { Destination, Reply } from "./socks_messages.ts";

/** A connection that may be, or why there is none. */
export type Dialled =
  | { ok: true; connection: Deno.Conn }
  | { ok: false; reply: Reply; sentence: string };

/** When the next address is tried beside the one that has not answered yet. */
const NEXT_AFTER_MS = 300;
/** How long all of them may take together. */
const DIAL_TIMEOUT_MS = 30_000;

/**
 * Connects to a destination at one of the addresses that the rules allow.
 *
 * The name is resolved here and nowhere after: what was checked is what is connected to,
 * however often DNS changes its mind.
 */
export async function dial(
  rules: AddressRules,
  connect: Network["connect"],
  { host, port }: Destination,
  signal: AbortSignal,
): Promise<Dialled> {
  const verdict = await unlessAborted(rules.resolve(host, port), signal);
  if (!verdict.ok) {
    const reply = verdict.stage === "dns" ? "unreachable" : "notAllowed";
    return { ok: false, reply, sentence: verdict.sentence };
  }

  try {
    const attempts = verdict.addresses.map((address) => () => connect(address, port));
    return { ok: true, connection: await firstOf(attempts, signal) };
  } catch (error) {
    const isRefused = error instanceof Deno.errors.ConnectionRefused;
    return {
      ok: false,
      reply: isRefused ? "refused" : "failed",
      sentence: `"${host}" could not be connected to at port ${port}.`,
    };
  }
}

function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) onAbort();
  work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  return promise;
}

/**
 * The first connection that opens; an address that does not answer is not waited for. Rejects
 * with the last failure, and closes what opens too late.
 */
async function firstOf(
  attempts: readonly (() => Promise<Deno.Conn>)[],
  signal: AbortSignal,
): Promise<Deno.Conn> {
  const won = Promise.withResolvers<Deno.Conn>();
  let isOver = false;
  let failed = 0;
  let failure: unknown;
  const timers: ReturnType<typeof setTimeout>[] = [];
  const begun = new Set<number>();

  const begin = (at: number) => {
    if (isOver || at >= attempts.length || begun.has(at)) return;
    begun.add(at);
    attempts[at]().then(
      (connection) => isOver ? connection.close() : (isOver = true, won.resolve(connection)),
      (error) => {
        failure = error;
        failed++;
        if (failed === attempts.length) won.reject(failure);
        else begin(at + 1);
      },
    );
    timers.push(setTimeout(() => begin(at + 1), NEXT_AFTER_MS));
  };
  timers.push(setTimeout(() => won.reject(new Error("timed out")), DIAL_TIMEOUT_MS));
  begin(0);

  try {
    return await unlessAborted(won.promise, signal);
  } finally {
    isOver = true;
    for (const timer of timers) clearTimeout(timer);
  }
}
