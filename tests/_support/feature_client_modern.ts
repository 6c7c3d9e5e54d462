import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { bearer, type CalledTool, type ClientTarget, fetchFor } from "./client.ts";
import {
  answerTo,
  type Block,
  type FeatureClient,
  type Heard,
  nothingHeard,
  REQUEST_TIMEOUT_MS,
} from "./feature_client.ts";

/** Always asks the server, so that a test sees what is there now. */
const FRESH = { timeout: REQUEST_TIMEOUT_MS, cacheMode: "refresh" } as const;

const LOG_LEVEL = "io.modelcontextprotocol/logLevel";

/** SDK 2, which speaks 2026-07-28 or nothing. */
export async function connectModernFeatures(target: ClientTarget): Promise<FeatureClient> {
  const { url, token } = target;
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: bearer(token) },
    fetch: fetchFor(target),
  });
  const heard = nothingHeard();
  const client = new Client({ name: "client-of-2026-07-28", version: "1.0.0" }, {
    capabilities: { roots: {}, sampling: {}, elicitation: { form: {}, url: {} } },
    versionNegotiation: { mode: { pin: "2026-07-28" } },
  });
  answerQuestions(client, heard);
  takeNotes(client, heard);
  await client.connect(transport, { timeout: REQUEST_TIMEOUT_MS });

  const closing: (() => Promise<void>)[] = [];
  return {
    ...listsOf(client),
    ...callsOf(client),
    heard,
    async listen(uris) {
      const subscription = await client.listen({
        toolsListChanged: true,
        promptsListChanged: true,
        resourcesListChanged: true,
        resourceSubscriptions: uris,
      }, { timeout: REQUEST_TIMEOUT_MS });
      closing.push(() => subscription.close());
    },
    sayRootsChanged: () => Promise.reject(new Error("2026-07-28 has no word for it")),
    async [Symbol.asyncDispose]() {
      await Promise.all(closing.map((close) => close()));
      await client.close();
    },
  };
}

function answerQuestions(client: Client, { asked }: Heard): void {
  const answer = ({ method, params = {} }: { method: string; params?: object }) => {
    const question = { method, params: { ...params } };
    asked.push(question);
    return answerTo(question) as never;
  };
  client.setRequestHandler("sampling/createMessage", answer);
  client.setRequestHandler("roots/list", answer);
  client.setRequestHandler("elicitation/create", answer);
}

function takeNotes(client: Client, { changes, updated, logs }: Heard): void {
  const changed = ({ method }: { method: string }) => void changes.push(method);
  client.setNotificationHandler("notifications/tools/list_changed", changed);
  client.setNotificationHandler("notifications/prompts/list_changed", changed);
  client.setNotificationHandler("notifications/resources/list_changed", changed);
  client.setNotificationHandler(
    "notifications/resources/updated",
    ({ params }) => void updated.push(params.uri),
  );
  client.setNotificationHandler(
    "notifications/message",
    ({ params: { level, data } }) => void logs.push({ level, data }),
  );
}

function listsOf(client: Client) {
  return {
    async listTools() {
      return (await client.listTools(undefined, FRESH)).tools.map(({ name }) => name);
    },
    async listResources() {
      const { resources } = await client.listResources(undefined, FRESH);
      return new Map(resources.map(({ name, uri }) => [name, uri]));
    },
    async listTemplates() {
      const { resourceTemplates } = await client.listResourceTemplates(undefined, FRESH);
      return resourceTemplates.map(({ uriTemplate }) => uriTemplate);
    },
    async listPrompts() {
      return (await client.listPrompts(undefined, FRESH)).prompts.map(({ name }) => name);
    },
  };
}

function callsOf(
  client: Client,
): Pick<
  FeatureClient,
  "callTool" | "readResource" | "getPrompt" | "complete" | "setLogLevel"
> {
  let meta: Record<string, unknown> | undefined;
  return {
    async callTool(name, args = {}, { onProgress, signal } = {}) {
      const options = { timeout: REQUEST_TIMEOUT_MS, onprogress: onProgress, signal };
      const params = { name, arguments: args, _meta: meta };
      return await client.callTool(params, options) as CalledTool;
    },
    async readResource(uri) {
      return (await client.readResource({ uri }, FRESH)).contents;
    },
    async getPrompt(name, args) {
      const { messages } = await client.getPrompt({ name, arguments: args }, FRESH);
      return messages.map(({ content }) => content as Block);
    },
    async complete(ref, argument) {
      return (await client.complete({ ref, argument }, FRESH)).completion.values;
    },
    setLogLevel(level) {
      meta = { [LOG_LEVEL]: level };
      return Promise.resolve();
    },
  };
}
