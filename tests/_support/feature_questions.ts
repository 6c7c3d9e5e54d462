import assert from "node:assert/strict";
import { eventually } from "./eventually.ts";
import type { Kind } from "./feature_kinds.ts";
import { SIGN_IN_URL } from "./feature_tools.ts";
import type { Feature, Meeting, Ruling } from "./features.ts";

const ELICITATION: Ruling = {
  revision: "2025-06-18",
  page: "client/elicitation",
  sentence: "Elicitation is newly introduced in this version of the MCP specification and its " +
    "design may evolve in future protocol versions.",
};

const URL_MODE: Ruling = {
  revision: "2025-11-25",
  page: "client/elicitation",
  sentence: "URL mode elicitation is introduced in the `2025-11-25` version of the MCP " +
    "specification.",
};

const NO_URL_ERROR: Ruling = {
  revision: "2026-07-28",
  page: "basic/index",
  sentence: "`-32042` — URL elicitation required (2025-11-25 only).",
};

const NO_ROOTS_CHANGED: Ruling = {
  revision: "2026-07-28",
  page: "changelog",
  sentence: "Remove `ping`, `logging/setLevel`, and `notifications/roots/list_changed`.",
};

/** What a server wants to know in the middle of a call. */
export const ASKING_FEATURES: readonly Feature[] = [
  {
    title: "elicit",
    ruledOut: (client, server) => since("2025-06-18", ELICITATION, client, server),
    check: elicitForm,
    refusal: { since: "2025-06-18", check: (meeting) => refuses(meeting, "ask_form") },
  },
  {
    title: "elicit URL",
    ruledOut: (client, server) => since("2025-11-25", URL_MODE, client, server),
    check: elicitUrl,
    refusal: { since: "2025-11-25", check: (meeting) => refuses(meeting, "ask_url") },
  },
  {
    title: "-32042",
    ruledOut: (client, server) =>
      since("2025-11-25", URL_MODE, client, server) ??
        (server.version === "2026-07-28" ? NO_URL_ERROR : null),
    check: urlRequired,
  },
  { title: "sample", ruledOut: () => null, check: sample },
  { title: "roots", ruledOut: () => null, check: roots },
  {
    title: "roots changed",
    ruledOut: (client, server) =>
      [client, server].some(({ carriage }) => carriage === "modern") ? NO_ROOTS_CHANGED : null,
    check: rootsChanged,
  },
  { title: "several rounds", ruledOut: () => null, check: interview },
];

function since(version: string, ruling: Ruling, client: Kind, server: Kind): Ruling | null {
  return client.version < version || server.version < version ? ruling : null;
}

async function elicitForm({ client, name }: Meeting): Promise<void> {
  const { structuredContent } = await client.callTool(name("ask_form"));

  const answer = { action: "accept", content: { colour: "green" } };
  assert.deepEqual(essence(structuredContent), { answer });
  const asked = client.heard.asked.filter(({ method }) => method === "elicitation/create");
  assert.equal(asked.length, 1);
  assert.equal(asked[0]?.params.message, "Which colour?");
}

async function elicitUrl({ client, clientKind, name }: Meeting): Promise<void> {
  client.heard.asked.length = 0;

  const { structuredContent } = await client.callTool(name("ask_url"));

  assert.deepEqual(essence(structuredContent), { answer: { action: "accept" } });
  assert.equal(client.heard.asked.length, 1);
  const params = client.heard.asked[0]?.params;
  assert.equal(params?.url, SIGN_IN_URL);
  assert.equal(typeof params?.elicitationId === "string", clientKind.carriage !== "modern");
}

/** A legacy client is told the page and tries again; a modern one is asked to visit it. */
async function urlRequired({ client, clientKind, name }: Meeting): Promise<void> {
  const key = crypto.randomUUID();
  const opened = { opened: key };
  client.heard.asked.length = 0;

  if (clientKind.carriage === "modern") {
    const { structuredContent } = await client.callTool(name("locked"), { key });
    assert.deepEqual(structuredContent, opened);
    assert.equal(client.heard.asked[0]?.params.url, SIGN_IN_URL);
    return;
  }

  await assert.rejects(client.callTool(name("locked"), { key }), (error: unknown) => {
    const { code, data } = error as { code?: number; data?: { elicitations: { url: string }[] } };
    assert.equal(code, -32042);
    assert.equal(data?.elicitations[0]?.url, SIGN_IN_URL);
    return true;
  });
  const { structuredContent } = await client.callTool(name("locked"), { key });
  assert.deepEqual(structuredContent, opened);
}

async function sample({ client, name }: Meeting): Promise<void> {
  client.heard.asked.length = 0;

  const { structuredContent } = await client.callTool(name("ask_model"));

  const { answer } = structuredContent as { answer: { content: { text: string } } };
  assert.equal(answer.content.text, "What is up?, indeed");
  assert.deepEqual(client.heard.asked.map(({ method }) => method), ["sampling/createMessage"]);
}

async function roots({ client, name }: Meeting): Promise<void> {
  const { structuredContent } = await client.callTool(name("ask_roots"));

  const answer = { roots: [{ uri: "file:///home/alice", name: "Home" }] };
  assert.deepEqual(essence(structuredContent), { answer });
}

async function rootsChanged({ client, server: { journal } }: Meeting): Promise<void> {
  const method = "notifications/roots/list_changed";

  await client.sayRootsChanged();

  await eventually("the word", () => journal.withRpcMethod(method).length > 0);
}

async function interview({ client, name }: Meeting): Promise<void> {
  client.heard.asked.length = 0;

  const { structuredContent } = await client.callTool(name("interview"));

  const { roots, verdict } = structuredContent as {
    roots: { roots: unknown[] };
    verdict: { content: { text: string } };
  };
  assert.equal(roots.roots.length, 1);
  assert.equal(verdict.content.text, "second after first, indeed, indeed");
  const asked = client.heard.asked.map(({ method }) => method).sort();
  const model = "sampling/createMessage";
  assert.deepEqual(asked, ["roots/list", model, model]);
}

/** A client that does not know the question is not asked, and the call ends at once. */
async function refuses({ client, name }: Meeting, tool: string): Promise<void> {
  client.heard.asked.length = 0;

  await assert.rejects(client.callTool(name(tool)), (error: unknown) => {
    assert.doesNotMatch(String(error), /timed out/i);
    return true;
  });

  assert.deepEqual(client.heard.asked, []);
}

/** The same without the `_meta` that either side may add to an answer. */
function essence(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, inner) => key === "_meta" ? undefined : inner));
}
