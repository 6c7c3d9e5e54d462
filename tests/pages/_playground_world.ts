import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { registerServer } from "../../core/servers/register_server.ts";
import { type RunningApp, startApp } from "../_support/app.ts";
import { AN_ADMIN } from "../_support/core.ts";
import {
  isModernKind,
  type RawKind,
  type RawUpstream,
  startRawUpstream,
} from "../_support/raw_upstreams.ts";

/** A picture of one pixel. */
export const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** What a hostile server says wherever it may. */
export const EVIL = '</pre><script>document.title="owned"</script><img src=x onerror=alert(1)>';

const text = { type: "string" };

/** The tools of the server under test. */
const TOOLS = [
  {
    name: "book",
    title: "Book a room",
    description: `Books a room. ${EVIL}`,
    inputSchema: {
      type: "object",
      properties: {
        room: { ...text, title: "Room", minLength: 2, maxLength: 20 },
        seats: { type: "integer", minimum: 1, maximum: 12, default: 4 },
        quiet: { type: "boolean" },
        floor: { enum: ["ground", "first"] },
        guests: { type: "array", items: { type: "string", format: "email" }, maxItems: 3 },
        place: {
          type: "object",
          properties: { city: text, zip: text },
          required: ["city"],
        },
        extra: { oneOf: [{ type: "string" }, { type: "object" }] },
        [EVIL]: { type: "string", description: EVIL },
      },
      required: ["room", "seats"],
    },
    annotations: { destructiveHint: true },
  },
  { name: "show", description: "Gives back one\u202eof each.", inputSchema: { type: "object" } },
  { name: "fails", inputSchema: { type: "object" } },
  { name: "hidden", inputSchema: { type: "object" } },
  { name: "anything", inputSchema: { type: "object", additionalProperties: true } },
];

const BLOCKS = [
  { type: "text", text: EVIL },
  { type: "text", text: '{"room":"A","seats":[1,2]}' },
  { type: "image", mimeType: "image/png", data: PIXEL },
  { type: "image", mimeType: "image/svg+xml", data: btoa("<svg onload=alert(1)></svg>") },
  { type: "image", mimeType: "image/png", data: '"><script>alert(1)</script>' },
  { type: "audio", mimeType: "audio/wav", data: "UklGRg==" },
  { type: "resource_link", uri: "javascript:alert(1)", name: EVIL },
  { type: "resource", resource: { uri: "file:///a", text: EVIL } },
  { type: EVIL, anything: 1 },
];

/** A gateway with a workspace `team` in which such a server is installed as `rooms`. */
export interface PlaygroundWorld extends AsyncDisposable {
  app: RunningApp;
  upstream: RawUpstream;
  /** What its tools were called with, newest last. */
  calls: { name: string; arguments: unknown }[];
}

/** Starts it; members are not shown the tool `hidden`. */
export async function playgroundWorld(kind: RawKind = "modern, JSON"): Promise<PlaygroundWorld> {
  const calls: PlaygroundWorld["calls"] = [];
  const upstream = startRawUpstream(kind, (method, body) => {
    const resultType = isModernKind(kind) ? "complete" : undefined;
    if (method === "tools/list") return JSON.stringify({ resultType, tools: TOOLS });
    const { name, arguments: args } = JSON.parse(body).params;
    calls.push({ name, arguments: args });
    if (name === "fails") {
      return JSON.stringify({
        resultType,
        content: [{ type: "text", text: "No." }],
        isError: true,
      });
    }
    const structuredContent = { said: EVIL };
    return JSON.stringify({
      resultType,
      content: name === "show" ? BLOCKS : [],
      structuredContent,
    });
  });

  const app = await startApp({ AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1" });
  const { services } = app;
  await registerServer(services, AN_ADMIN, { slug: "rooms", name: "Rooms", url: upstream.url });
  await createWorkspace(services, AN_ADMIN, { slug: "team", name: "Team" });
  const policy = { allow: [], deny: ["hidden"], readOnly: false };
  await installServer(services, AN_ADMIN, { workspace: "team", server: "rooms" }, { policy });

  return {
    app,
    upstream,
    calls,
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

/** What a browser without scripts would send with a form of a page, and what is typed over it. */
export function filled(html: string, typed: Record<string, string>): Record<string, string> {
  const schema = /name="schema" value="([^"]*)"/.exec(html)?.[1] ?? "";
  return { intent: "call", schema, do: "call", ...typed };
}
