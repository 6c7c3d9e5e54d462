import assert from "node:assert/strict";
import { eventually } from "./eventually.ts";
import type { FeatureClient } from "./feature_client.ts";
import type { Kind, Version } from "./feature_kinds.ts";
import { ASKING_FEATURES } from "./feature_questions.ts";
import type { FeatureServer } from "./feature_server.ts";
import { DAY_TEMPLATE, MANUAL, TODAY } from "./feature_world.ts";

/** A client and a server, and what the server's things are called where the client is. */
export interface Meeting {
  client: FeatureClient;
  clientKind: Kind;
  server: FeatureServer;
  serverKind: Kind;
  /** The name of a tool or a prompt. */
  name(own: string): string;
  uri(own: string): string;
  /** Whether what was said at one process of the gateway holds at another only soon after. */
  isSpread?: boolean;
}

/** A sentence of the specification that rules a feature out. */
export interface Ruling {
  revision: Version;
  page: string;
  sentence: string;
}

/** One thing that a client can do with a server, and how to see that it can. */
export interface Feature {
  /** The head of its column. */
  title: string;
  /** Why these two cannot do it; `null` when they can. */
  ruledOut(client: Kind, server: Kind): Ruling | null;
  /** Throws when they cannot. */
  check(meeting: Meeting): Promise<void>;
  /** What must hold where a server of this revision or a later one tries it all the same. */
  refusal?: { since: Version; check(meeting: Meeting): Promise<void> };
}

/** Everything, in the order of the columns. */
export const FEATURES: readonly Feature[] = [
  { title: "tools", ruledOut: never, check: tools },
  { title: "resources", ruledOut: never, check: resources },
  { title: "links", ruledOut: never, check: links },
  { title: "prompts", ruledOut: never, check: prompts },
  { title: "complete", ruledOut: never, check: complete },
  { title: "progress", ruledOut: never, check: progress },
  { title: "cancel", ruledOut: never, check: cancel },
  { title: "log", ruledOut: never, check: log },
  { title: "list_changed", ruledOut: never, check: listChanged },
  { title: "updated", ruledOut: never, check: updated },
  ...ASKING_FEATURES,
];

/** For what every revision has. */
export function never(): null {
  return null;
}

async function tools({ client, name }: Meeting): Promise<void> {
  const names = await client.listTools();
  const result = await client.callTool(name("say"), { text: "good morning" });

  assert.ok(names.includes(name("say")), `the tool is listed: ${names}`);
  assert.deepEqual(result.structuredContent, { said: "good morning" });
}

async function resources({ client, uri }: Meeting): Promise<void> {
  const listed = await client.listResources();
  const templates = await client.listTemplates();

  assert.equal(listed.get("today"), uri(TODAY));
  assert.equal(listed.get("manual"), uri(MANUAL));
  assert.deepEqual(templates.filter((one) => one === uri(DAY_TEMPLATE)), [uri(DAY_TEMPLATE)]);

  for (const [own, text] of [[TODAY, "today"], [MANUAL, "manual"], ["notes://day/monday", "day"]]) {
    const [contents] = await client.readResource(uri(own));
    assert.equal(contents?.uri, uri(own));
    assert.ok(contents.text?.includes(text), `what was read: ${contents.text}`);
  }

  await assert.rejects(client.readResource(uri("notes://nowhere")), /not found/i);
}

/** What a tool says about resources is what the client reads them by. */
async function links({ client, name, uri, serverKind }: Meeting): Promise<void> {
  const { content } = await client.callTool(name("look"));

  const embedded = content.find(({ type }) => type === "resource");
  assert.deepEqual((embedded as { resource?: { uri: string } }).resource?.uri, uri(MANUAL));
  if (serverKind.version < "2025-06-18") return;

  const link = content.find(({ type }) => type === "resource_link") as { uri?: string } | undefined;
  assert.equal(link?.uri, uri(TODAY));
  const [contents] = await client.readResource(link.uri);
  assert.match(contents?.text ?? "", /^today/);
}

async function prompts({ client, name, uri }: Meeting): Promise<void> {
  const names = await client.listPrompts();
  const [line, note] = await client.getPrompt(name("greet"), { name: "Alice" });

  assert.ok(names.includes(name("greet")), `the prompt is listed: ${names}`);
  assert.equal(line?.text, "Greet Alice");
  assert.equal(note?.resource?.uri, uri(TODAY));
}

async function complete({ client, name, uri }: Meeting): Promise<void> {
  const prompt = { type: "ref/prompt", name: name("greet") } as const;
  const template = { type: "ref/resource", uri: uri(DAY_TEMPLATE) } as const;

  const names = await client.complete(prompt, { name: "name", value: "Al" });
  const days = await client.complete(template, { name: "day", value: "t" });

  assert.deepEqual(names, ["Alice", "Albert"]);
  assert.deepEqual(days, ["tuesday", "thursday"]);
}

async function progress({ client, name }: Meeting): Promise<void> {
  const seen: number[] = [];

  await client.callTool(name("count"), {}, { onProgress: (step) => seen.push(step.progress) });

  // SDK 1 loses a last step that arrives together with the result.
  assert.ok(seen.length >= 2, `progress arrives: ${seen}`);
  assert.deepEqual(seen, [1, 2, 3].slice(0, seen.length));
}

async function cancel({ client, name, server: { journal } }: Meeting): Promise<void> {
  const taken = new AbortController();

  const call = client.callTool(name("wait"), { key: "k" }, { signal: taken.signal });
  const rejected = assert.rejects(call);
  await eventually("the running tool", () => journal.waits.has("k"));
  taken.abort();

  await rejected;
  await eventually("the tool's end", () => journal.waits.get("k") === "cancelled");
}

async function log({ client, clientKind, name, isSpread }: Meeting): Promise<void> {
  const { logs } = client.heard;
  const speak = (level: string, text: string) => client.callTool(name("speak"), { level, text });
  const hearsGreatAlone = async () => {
    logs.length = 0;
    await speak("info", "small");
    await speak("error", "great");
    await eventually("the message", () => logs.some(({ data }) => data === "great"));
    return logs.length === 1 && logs[0]?.level === "error";
  };

  if (clientKind.carriage === "modern") await speak("error", "unasked");
  assert.ok(clientKind.carriage !== "modern" || logs.length === 0, "nobody asked for it");
  await client.setLogLevel("warning");

  if (isSpread) await eventually("the level", hearsGreatAlone);
  else assert.ok(await hearsGreatAlone(), `only what was asked for: ${JSON.stringify(logs)}`);
}

async function listChanged(meeting: Meeting): Promise<void> {
  const { client, clientKind, server, name, uri } = meeting;
  const before = await client.listTools();
  await client.listen([]);
  // What was acknowledged is heard; a legacy client is promised nothing, and its stream opens later.
  if (clientKind.carriage !== "modern") {
    await eventually("the server can say something", () => server.listeners() > 0);
  }

  await server.grow("extra");

  for (const list of ["tools", "prompts", "resources"]) {
    const method = `notifications/${list}/list_changed`;
    await eventually(method, () => client.heard.changes.includes(method));
  }
  assert.ok(!before.includes(name("extra")));
  assert.ok((await client.listTools()).includes(name("extra")));
  assert.ok((await client.listPrompts()).includes(name("extra")));
  assert.equal((await client.listResources()).get("extra"), uri("notes://extra"));
}

async function updated({ client, server, serverKind, uri }: Meeting): Promise<void> {
  await client.listen([uri(TODAY)]);
  // A modern server listens once it is acknowledged; the stream of a legacy one may open later.
  if (serverKind.carriage !== "modern") {
    await eventually("the subscription", () => server.subscribers() > 0 && server.listeners() > 0);
  }

  await server.change();

  await eventually("the update", () => client.heard.updated.includes(uri(TODAY)));
  assert.deepEqual([...new Set(client.heard.updated)], [uri(TODAY)]);
  const [contents] = await client.readResource(uri(TODAY));
  assert.equal(contents?.text, `today, version ${server.world.version}`);
}
