import { z } from "zod";
import type { Actor } from "../audit/actor.ts";
import type { AuditStore } from "../audit/audit_store.ts";
import type { AuditDraft } from "../audit/audit_entry.ts";
import type { Event } from "../events/event.ts";
import type { EventStore } from "../events/event_store.ts";
import { ServerId, type WorkspaceId } from "../ids.ts";
import { commitWithRetry } from "../kv/commit.ts";
import { touchWorkspaces } from "../kv/epochs.ts";
import { keys, prefixes } from "../kv/keys.ts";
import { getAll, holdOwner, parseEntry, parseRecord } from "../kv/records.ts";
import type { JsonObject } from "../mcp/message.ts";
import { listWorkspacesOf } from "../workspaces/install_store.ts";
import { Install } from "../workspaces/workspace.ts";
import { readDefinition } from "./kept_definition.ts";
import { NO_PINS, Pin, PinHead, pinKey, type Pins } from "./pin.ts";

/** A definition to keep or to drop, by the key of its pin and its hash. */
export interface KeptDefinition {
  pinKey: string;
  hash: string;
  /** `null` = it is dropped. */
  bytes: Uint8Array | null;
}

/** What becomes of a server's pins in one commit: at most 40 pins that are new or changed. */
export interface PinUpdate {
  pins: readonly Pin[];
  definitions: readonly KeptDefinition[];
  begun: readonly Pin["kind"][];
  events: readonly Event[];
  /** Whether lists that were read before are not to be shown after this. */
  outdatesLists: boolean;
}

/** Decides what becomes of the pins as they are stored; `null` = nothing. */
export type PlanPins = (pins: Pins) => Promise<PinUpdate | null>;

const Bytes = z.instanceof(Uint8Array);

/** How many records go with one commit when a server's pins are cleared. */
const KEYS_PER_COMMIT = 500;

/** Keeps which definitions of servers' tools and prompts are trusted, and which wait. */
export class PinStore {
  readonly #kv: Deno.Kv;
  readonly #audit: AuditStore;
  readonly #events: EventStore;

  constructor(kv: Deno.Kv, deps: { audit: AuditStore; events: EventStore }) {
    this.#kv = kv;
    this.#audit = deps.audit;
    this.#events = deps.events;
  }

  /** What is known of these servers' definitions together; of one never listed, nothing. */
  async heads(servers: readonly ServerId[]): Promise<Map<ServerId, PinHead>> {
    const entries = await getAll(this.#kv, servers.map(keys.pinHead));
    return new Map(
      entries.map((entry, at) => [servers[at], parseEntry(PinHead, entry) ?? NO_PINS]),
    );
  }

  /** The same of all servers that were ever listed, in one read. */
  async allHeads(): Promise<Map<ServerId, PinHead>> {
    const entries = await Array.fromAsync(this.#kv.list({ prefix: prefixes.pinHeads }));
    return new Map(
      entries.map((entry) => [ServerId.parse(entry.key.at(-1)), parseRecord(PinHead, entry)]),
    );
  }

  /** All pins of a server, as they were at the revision of their head or later. */
  async read(server: ServerId): Promise<Pins> {
    return await this.#readAll(server, await this.#kv.get(keys.pinHead(server)));
  }

  /** A definition that is kept, or `null`. */
  async definition(server: ServerId, key: string, hash: string): Promise<JsonObject | null> {
    const bytes = parseEntry(Bytes, await this.#kv.get(keys.definition(server, key, hash)));
    return bytes === null ? null : readDefinition(bytes);
  }

  /** The same of many at once, in their order. */
  async definitions(
    server: ServerId,
    places: readonly { pinKey: string; hash: string }[],
  ): Promise<(JsonObject | null)[]> {
    const found = places.map(({ pinKey, hash }) => keys.definition(server, pinKey, hash));
    const entries = await getAll(this.#kv, found);
    return entries.map((entry) => {
      const bytes = parseEntry(Bytes, entry);
      return bytes === null ? null : readDefinition(bytes);
    });
  }

  /**
   * Changes a server's pins as `plan` decides, and gives them as they are then; `null` when
   * the server is gone. `known` saves a look where nothing has changed since.
   */
  record(server: ServerId, known: Pins | null, plan: PlanPins): Promise<Pins | null> {
    return commitWithRetry(`pin definitions of "${server}"`, async () => {
      const { atomic, result } = await this.#prepare(server, known, plan);
      return { atomic, result };
    });
  }

  /** The same by an admin, with an entry of the audit log. */
  review(
    by: Actor,
    server: ServerId,
    plan: PlanPins,
    entryOf: () => AuditDraft,
  ): Promise<Pins | null> {
    return this.#audit.commit(by, `review definitions of "${server}"`, async () => {
      const { atomic, result } = await this.#prepare(server, null, plan);
      return atomic === null ? { atomic, result } : { atomic, result, entry: entryOf() };
    });
  }

  /** Clears away what is known of a server that was removed. */
  async removeAll(server: ServerId): Promise<void> {
    const found: Deno.KvKey[] = [keys.pinHead(server)];
    for (const prefix of [prefixes.pins(server), prefixes.definitions(server)]) {
      for await (const { key } of this.#kv.list({ prefix })) found.push(key);
    }
    for (let at = 0; at < found.length; at += KEYS_PER_COMMIT) {
      await commitWithRetry(`clear the definitions of "${server}"`, () => {
        const atomic = this.#kv.atomic();
        for (const key of found.slice(at, at + KEYS_PER_COMMIT)) atomic.delete(key);
        return Promise.resolve({ atomic, result: undefined });
      });
    }
  }

  async #prepare(
    server: ServerId,
    known: Pins | null,
    plan: PlanPins,
  ): Promise<{ atomic: Deno.AtomicOperation | null; result: Pins | null }> {
    const [owner, stored] = await this.#kv.getMany([keys.server(server), keys.pinHead(server)]);
    if (owner.versionstamp === null) return { atomic: null, result: null };

    const head = parseEntry(PinHead, stored) ?? NO_PINS;
    const isSame = known?.head.revision === head.revision;
    const pins = isSame ? known : await this.#readAll(server, stored);
    const update = await plan(pins);
    if (update === null) return { atomic: null, result: pins };

    const next = applied(pins, update);
    const atomic = holdOwner(this.#kv.atomic(), owner).check(stored)
      .set(keys.pinHead(server), next.head)
      .set(keys.serversBell, true);
    for (const pin of update.pins) {
      const key = pinKey(pin.kind, pin.name);
      const isGone = pin.approved.length === 0 && pin.waiting.length === 0;
      if (isGone) atomic.delete(keys.pin(server, key));
      else atomic.set(keys.pin(server, key), pin);
    }
    for (const { pinKey: key, hash, bytes } of update.definitions) {
      if (bytes === null) atomic.delete(keys.definition(server, key, hash));
      else atomic.set(keys.definition(server, key, hash), bytes);
    }
    if (update.outdatesLists) atomic.sum(keys.listVersion(server), 1n);
    this.#events.addTo(atomic, update.events);
    return { atomic: touchWorkspaces(atomic, await this.#holding(server)), result: next };
  }

  async #readAll(server: ServerId, stored: Deno.KvEntryMaybe<unknown>): Promise<Pins> {
    const byKey = new Map<string, Pin>();
    for await (const entry of this.#kv.list({ prefix: prefixes.pins(server) })) {
      byKey.set(String(entry.key.at(-1)), parseRecord(Pin, entry));
    }
    return { head: parseEntry(PinHead, stored) ?? NO_PINS, byKey };
  }

  /** The workspaces where what is shown depends on the pins. */
  async #holding(server: ServerId): Promise<WorkspaceId[]> {
    const workspaces = await listWorkspacesOf(this.#kv, server);
    const entries = await getAll(this.#kv, workspaces.map((id) => keys.install(id, server)));
    return entries.map((entry) => parseEntry(Install, entry))
      .flatMap((install) => install?.onChange === "hold" ? [install.workspaceId] : []);
  }
}

/** The pins after an update. */
function applied({ head, byKey }: Pins, { pins, begun }: PinUpdate): Pins {
  const next = new Map(byKey);
  let waiting = head.waiting;
  for (const pin of pins) {
    const key = pinKey(pin.kind, pin.name);
    waiting += pin.waiting.length - (byKey.get(key)?.waiting.length ?? 0);
    const isGone = pin.approved.length === 0 && pin.waiting.length === 0;
    if (isGone) next.delete(key);
    else next.set(key, pin);
  }
  const kinds = [...new Set([...head.begun, ...begun])];
  const tools = [...next.values()].filter(({ kind }) => kind === "tool").length;
  return { head: { revision: head.revision + 1, begun: kinds, waiting, tools }, byKey: next };
}
