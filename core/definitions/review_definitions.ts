import type { Actor } from "../audit/actor.ts";
import { refusal } from "../errors.ts";
import { quote } from "../quote.ts";
import { findServer, noServer } from "../servers/find_server.ts";
import type { ServerStore } from "../servers/server_store.ts";
import {
  type ReviewInput,
  type ReviewReport,
  SHORT_ID,
  type Waiting,
  waitingIn,
} from "./definition_change.ts";
import { type Pin, pinKey, type Pins, withApproved, withDismissed } from "./pin.ts";
import type { KeptDefinition, PinStore, PinUpdate } from "./pin_store.ts";

interface Deps {
  servers: ServerStore;
  pins: PinStore;
}

/** What a review decides, by what was found to be waiting. */
interface Decided {
  approved: Waiting[];
  dismissed: Waiting[];
}

/**
 * Trusts or forgets definitions that wait at a server. Clients see it at once where changed
 * definitions are held.
 *
 * Throws `not_found` for what does not wait, `conflict` for a name with several definitions
 * that wait, and `invalid_input` for nothing to decide.
 */
export async function reviewDefinitions(
  deps: Deps,
  by: Actor,
  slug: string,
  input: ReviewInput,
): Promise<ReviewReport> {
  if (input.approve.length + input.dismiss.length === 0) {
    throw refusal("invalid_input", "Nothing to decide: name changes in approve or in dismiss.");
  }
  const server = await findServer(deps, slug);
  let decided: Decided = { approved: [], dismissed: [] };

  const pins = await deps.pins.review(
    by,
    server.id,
    (stored) => {
      decided = decide(stored, slug, input);
      return Promise.resolve(updateFor(decided));
    },
    () => ({
      action: "definition.review",
      subject: { server: slug, serverId: server.id },
      changes: {
        ...entryOf("approved", decided.approved),
        ...entryOf("dismissed", decided.dismissed),
      },
    }),
  );
  if (pins === null) throw noServer(slug);

  const names = (some: readonly Waiting[]) => some.map(({ pin }) => pin.name);
  return {
    approved: names(decided.approved),
    dismissed: names(decided.dismissed),
    waiting: pins.head.waiting,
  };
}

function decide(pins: Pins, slug: string, { approve, dismiss }: ReviewInput): Decided {
  const waiting = waitingIn(pins);
  const find = (
    refs: readonly string[],
  ) => [...new Set(refs.map((ref) => theOne(waiting, slug, ref)))];
  const approved = find(approve);
  const dismissed = find(dismiss);
  const both = approved.find((one) => dismissed.includes(one));
  if (both === undefined) return { approved, dismissed };
  throw refusal("invalid_input", `The change ${quote(both.id)} is both approved and dismissed.`);
}

function theOne(waiting: readonly Waiting[], slug: string, ref: string): Waiting {
  // A server can make two definitions whose ids begin alike: neither is approved for the other.
  const byId = ref.length < SHORT_ID ? [] : waiting.filter(({ fullId }) => fullId.startsWith(ref));
  const matches = byId.length > 0 ? byId : waiting.filter(({ pin }) => pin.name === ref);
  if (matches.length === 1) return matches[0];
  if (matches.length === 0) {
    throw refusal(
      "not_found",
      `No change ${quote(ref)} of server "${slug}" waits; list its changes to see which do.`,
    );
  }
  throw refusal(
    "conflict",
    `${matches.length} definitions of ${quote(ref)} wait at server "${slug}": ` +
      `${matches.map(byId.length > 0 ? fullIdOf : idOf).join(", ")}; give the id of one.`,
  );
}

const idOf = ({ id }: Waiting) => id;
const fullIdOf = ({ fullId }: Waiting) => fullId;

/** Several definitions of one tool may be decided on at once. */
function updateFor({ approved, dismissed }: Decided): PinUpdate {
  const pins = new Map<string, Pin>();
  const definitions: KeptDefinition[] = [];
  const drop = (key: string, hash: string) => definitions.push({ pinKey: key, hash, bytes: null });

  for (const { pin, change: { hash } } of approved) {
    const key = pinKey(pin.kind, pin.name);
    const now = pins.get(key) ?? pin;
    const before = now.approved.at(-1);
    pins.set(key, withApproved(now, hash));
    // What is compared with is the newest alone.
    if (before !== undefined && before !== hash) drop(key, before);
  }
  for (const { pin, change: { hash } } of dismissed) {
    const key = pinKey(pin.kind, pin.name);
    pins.set(key, withDismissed(pins.get(key) ?? pin, hash));
    drop(key, hash);
  }
  return { pins: [...pins.values()], definitions, begun: [], events: [], outdatesLists: true };
}

function entryOf(field: string, some: readonly Waiting[]) {
  if (some.length === 0) return {};
  const after = some.map(({ id, pin }) => `${pin.kind} ${pin.name.slice(0, 100)} (${id})`);
  return { [field]: { before: null, after } };
}
