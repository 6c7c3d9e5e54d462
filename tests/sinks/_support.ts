import { CallLog } from "../../core/calls/call_log.ts";
import type { Call } from "../../core/calls/call.ts";
import { CallFeed } from "../../core/calls/call_feed.ts";
import { EventStore } from "../../core/events/event_store.ts";
import { packCursor } from "../../core/kv/pack_cursor.ts";
import { AddressRules } from "../../core/servers/address_rules.ts";
import { addSink } from "../../core/sinks/add_sink.ts";
import { createSinks, type SinksInputs } from "../../core/sinks/create_sinks.ts";
import type { Sink, SinkInput } from "../../core/sinks/sink.ts";
import { viewSink } from "../../core/sinks/view_sink.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import type { Workspace } from "../../core/workspaces/workspace.ts";
import { someCall } from "../calls/_support.ts";
import { AN_ADMIN, coreOn } from "../_support/core.ts";
import { type MemoryStore, memoryStore } from "../_support/store.ts";
import { serveLocally } from "../_support/upstream.ts";

/** A request as a sink got it. */
export interface Delivered {
  path: string;
  headers: Headers;
  /** The body, decompressed. */
  text: string;
}

/** A server on loopback that takes a log. */
export interface Receiver extends AsyncDisposable {
  url: string;
  delivered: Delivered[];
  /** What it answers; 200 unless a test says otherwise. */
  answer: (delivered: Delivered) => Response | Promise<Response>;
  /** The objects of all lines that it was sent. */
  // deno-lint-ignore no-explicit-any
  lines(): any[];
}

/** Starts one. */
export function startReceiver(): Receiver {
  const delivered: Delivered[] = [];
  const server = serveLocally(async (request) => {
    const isGzip = request.headers.get("content-encoding") === "gzip";
    const body = isGzip ? request.body?.pipeThrough(new DecompressionStream("gzip")) : request.body;
    const text = await new Response(body).text();
    const { pathname, search } = new URL(request.url);
    const one = { path: pathname + search, headers: request.headers, text };
    delivered.push(one);
    return await receiver.answer(one);
  });
  const receiver: Receiver = {
    url: `${server.origin}/log`,
    delivered,
    answer: () => new Response("{}"),
    lines: () =>
      delivered.flatMap(({ text }) => text.trimEnd().split("\n")).map((line) => JSON.parse(line)),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
  return receiver;
}

/** A gateway's sinks, its log, and workspaces whose calls it records. */
export async function sinkWorld(options: Partial<SinksInputs> = {}) {
  return await sinkWorldOn(await memoryStore(), options);
}
export type SinkWorld = Awaited<ReturnType<typeof sinkWorld>>;

/** The same on a store that is open already. */
export async function sinkWorldOn(store: MemoryStore, options: Partial<SinksInputs> = {}) {
  const core = coreOn(store);
  const log = new CallLog(core.kv);
  const feed = new CallFeed(core.kv);
  const lines: string[] = [];
  const addresses = options.addresses ?? new AddressRules({ allowPrivate: true });
  const inputs = {
    ...core,
    events: new EventStore(core.kv, core.now),
    fetch: (input: URL | Request | string, init?: RequestInit) => fetch(input, init),
    instanceId: "one",
    log: (line: string) => void lines.push(line),
    ...options,
    addresses,
  };
  const made = createSinks(inputs);
  const deps = { ...inputs, ...made };
  const workspace = await createWorkspace(deps, AN_ADMIN, { slug: "engineering" });
  const senders = [made.sinkSender];

  return {
    ...deps,
    callLog: log,
    advance: core.advance,
    workspace,
    lines,
    /** Adds a sink, which was looked at once then. */
    async add(input: Partial<SinkInput> & { url: string }): Promise<Sink> {
      const sink = await addSink(deps, AN_ADMIN, { name: "SIEM", kind: "jsonl", ...input });
      await made.sinkSender.settled();
      return sink;
    },
    /** Puts calls on the record, each in a commit of its own or all at once. */
    async record(count: number, { to = workspace, apart = false, call = {} }: {
      to?: Workspace;
      apart?: boolean;
      call?: Partial<Call>;
    } = {}) {
      const calls = Array.from(
        { length: count },
        (_, at) => someCall({ at: core.now().toISOString(), tool: `tool ${at}`, ...call }),
      );
      if (!apart) await Promise.all(calls.map((each) => log.record(to, each)));
      else for (const each of calls) await log.record(to, each);
    },
    /** Has everything sent that can be. */
    async send() {
      made.sinkSender.wakeAll();
      await made.sinkSender.settled();
    },
    view: async (sink: Sink) => await viewSink(deps, await made.sinks.get(sink.id) ?? sink),
    /** What the log holds, as a sink of JSON lines should get it. */
    async logged(of: Workspace = workspace) {
      const all: unknown[] = [];
      for await (const { versionstamp, calls } of feed.after(of.id, "")) {
        for (const [index, call] of (calls ?? []).entries()) {
          const id = packCursor({ versionstamp, index });
          all.push({ type: "call", id, workspaceId: of.id, workspace: of.slug, ...call });
        }
      }
      return all;
    },
    /** The sinks of one more process on the same store. */
    another(instanceId: string, changes: Partial<SinksInputs> = {}) {
      const other = createSinks({ ...inputs, ...changes, instanceId });
      senders.push(other.sinkSender);
      return other;
    },
    async [Symbol.asyncDispose]() {
      await log.close();
      for (const sender of senders) await sender.close();
      store.close();
    },
  };
}
