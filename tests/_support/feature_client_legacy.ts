import { Client } from "@modelcontextprotocol/sdk/client";
// @ts-types="@modelcontextprotocol/sdk/client/sse"
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
// @ts-types="@modelcontextprotocol/sdk/client/streamableHttp"
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
// @ts-types="@modelcontextprotocol/sdk/shared/transport"
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
// @ts-types="@modelcontextprotocol/sdk/types"
import {
  CallToolResultSchema,
  type ClientCapabilities,
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  PromptListChangedNotificationSchema,
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { bearer, type CalledTool, type ClientTarget, fetchFor } from "./client.ts";
import {
  answerTo,
  type Block,
  type FeatureClient,
  type Heard,
  nothingHeard,
  REQUEST_TIMEOUT_MS,
} from "./feature_client.ts";
import type { LegacyVersion } from "./feature_sessions.ts";

const TIMEOUT = { timeout: REQUEST_TIMEOUT_MS };

/** SDK 1 on HTTP+SSE, as a program of this revision. */
export function connectSseFeatures(
  version: LegacyVersion,
  target: ClientTarget,
): Promise<FeatureClient> {
  const { url, token } = target;
  const requestInit = { headers: bearer(token) };
  const transport = new SSEClientTransport(new URL(url), { requestInit, fetch: fetchFor(target) });
  return connect(version, transport);
}

/** SDK 1 on Streamable HTTP, as a program of this revision. */
export function connectStreamableFeatures(
  version: LegacyVersion,
  target: ClientTarget,
): Promise<FeatureClient> {
  const { url, token } = target;
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: bearer(token) },
    fetch: fetchFor(target),
  });
  return connect(version, transport, () => transport.terminateSession());
}

async function connect(
  version: LegacyVersion,
  transport: Transport,
  beforeClose?: () => Promise<void>,
): Promise<FeatureClient> {
  openWith(version, transport);
  const heard = nothingHeard();
  const client = new Client(
    { name: `client-of-${version}`, version: "1.0.0" },
    { capabilities: capabilitiesOf(version) },
  );
  answerQuestions(client, version, heard);
  takeNotes(client, heard);
  await client.connect(transport, TIMEOUT);

  return {
    ...requestsOf(client),
    heard,
    async [Symbol.asyncDispose]() {
      await beforeClose?.().catch(() => {});
      await client.close();
    },
  };
}

/** The SDK always opens with its newest revision; an older program knows none after its own. */
function openWith(version: LegacyVersion, transport: Transport): void {
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    const isOpening = "method" in message && message.method === "initialize";
    if (!isOpening) return send(message, options);
    const params = { ...message.params, protocolVersion: version };
    return send({ ...message, params }, options);
  };
}

/** What a client of this revision can be asked. */
function capabilitiesOf(version: LegacyVersion): ClientCapabilities {
  const always = { roots: { listChanged: true }, sampling: {} };
  if (version < "2025-06-18") return always;
  if (version < "2025-11-25") return { ...always, elicitation: {} };
  return { ...always, elicitation: { form: {}, url: {} } };
}

function answerQuestions(client: Client, version: LegacyVersion, { asked }: Heard): void {
  const answer = ({ method, params = {} }: { method: string; params?: object }) => {
    const question = { method, params: { ...params } };
    asked.push(question);
    return answerTo(question) as never;
  };
  client.setRequestHandler(CreateMessageRequestSchema, answer);
  client.setRequestHandler(ListRootsRequestSchema, answer);
  if (version >= "2025-06-18") client.setRequestHandler(ElicitRequestSchema, answer);
}

function takeNotes(client: Client, { changes, updated, logs }: Heard): void {
  const changed = ({ method }: { method: string }) => void changes.push(method);
  client.setNotificationHandler(ToolListChangedNotificationSchema, changed);
  client.setNotificationHandler(PromptListChangedNotificationSchema, changed);
  client.setNotificationHandler(ResourceListChangedNotificationSchema, changed);
  client.setNotificationHandler(
    ResourceUpdatedNotificationSchema,
    ({ params }) => void updated.push(params.uri),
  );
  client.setNotificationHandler(
    LoggingMessageNotificationSchema,
    ({ params: { level, data } }) => void logs.push({ level, data }),
  );
}

function requestsOf(client: Client): Omit<FeatureClient, "heard" | typeof Symbol.asyncDispose> {
  return {
    async listTools() {
      return (await client.listTools(undefined, TIMEOUT)).tools.map(({ name }) => name);
    },
    async callTool(name, args = {}, { onProgress, signal } = {}) {
      const options = { ...TIMEOUT, onprogress: onProgress, signal };
      const params = { name, arguments: args };
      return await client.callTool(params, CallToolResultSchema, options) as CalledTool;
    },
    async listResources() {
      const { resources } = await client.listResources(undefined, TIMEOUT);
      return new Map(resources.map(({ name, uri }) => [name, uri]));
    },
    async listTemplates() {
      const { resourceTemplates } = await client.listResourceTemplates(undefined, TIMEOUT);
      return resourceTemplates.map(({ uriTemplate }) => uriTemplate);
    },
    async readResource(uri) {
      return (await client.readResource({ uri }, TIMEOUT)).contents;
    },
    async listPrompts() {
      return (await client.listPrompts(undefined, TIMEOUT)).prompts.map(({ name }) => name);
    },
    async getPrompt(name, args) {
      const { messages } = await client.getPrompt({ name, arguments: args }, TIMEOUT);
      return messages.map(({ content }) => content as Block);
    },
    async complete(ref, argument) {
      return (await client.complete({ ref, argument }, TIMEOUT)).completion.values;
    },
    async setLogLevel(level) {
      await client.setLoggingLevel(level, TIMEOUT);
    },
    async listen(uris) {
      for (const uri of uris) await client.subscribeResource({ uri }, TIMEOUT);
    },
    sayRootsChanged: () => client.sendRootsListChanged(),
  };
}
