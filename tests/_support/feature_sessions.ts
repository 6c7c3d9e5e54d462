import { Server } from "@modelcontextprotocol/sdk/server";
// @ts-types="@modelcontextprotocol/sdk/types"
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  LoggingMessageNotificationParamsSchema,
  ReadResourceRequestSchema,
  ResultSchema,
  type ServerNotification,
  type ServerRequest,
  SetLevelRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { type Answers, type FeatureCall, type Question, runFeature } from "./feature_tools.ts";
import { type FeatureWorld, TODAY } from "./feature_world.ts";
import { RpcFailure } from "./toolbox.ts";

/** A revision's date, as `initialize` names it. */
export type LegacyVersion = "2024-11-05" | "2025-03-26" | "2025-06-18" | "2025-11-25";

/** A session of SDK 1 with the whole feature set. */
export interface FeatureSession {
  readonly server: Server;
  readonly subscriptions: ReadonlySet<string>;
}

const LEVELS = LoggingMessageNotificationParamsSchema.shape.level.options;

const CAPABILITIES = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  completions: {},
  logging: {},
};

/** What a handler of SDK 1 is given beside the request. */
interface Extra {
  signal: AbortSignal;
  _meta?: { progressToken?: string | number };
  sendNotification(notification: ServerNotification): Promise<void>;
  sendRequest(
    request: ServerRequest,
    schema: typeof ResultSchema,
    options: { timeout: number; signal: AbortSignal },
  ): Promise<Record<string, unknown>>;
}

/** Serves the world of features in one session. */
export function featureSession(world: FeatureWorld, newest: LegacyVersion): FeatureSession {
  const server = new Server(
    { name: "legacy-features", version: "1.0.0" },
    { capabilities: CAPABILITIES, instructions: "Use the legacy features." },
  );
  const subscriptions = new Set<string>();
  const log = { level: 0 };

  serveLists(server, world);
  server.setRequestHandler(SetLevelRequestSchema, ({ params }) => {
    log.level = LEVELS.indexOf(params.level);
    return {};
  });
  server.setRequestHandler(SubscribeRequestSchema, ({ params }) => {
    subscriptions.add(params.uri);
    return {};
  });
  server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => {
    subscriptions.delete(params.uri);
    return {};
  });
  server.setRequestHandler(CallToolRequestSchema, ({ params }, extra) => {
    const { name, arguments: args = {} } = params;
    const call = featureCall(extra as unknown as Extra, () => log.level);
    return runFeature({ ...call, name, args, mayLink: newest >= "2025-06-18" }, world);
  });

  return { server, subscriptions };
}

/** Tells every session that all three lists changed. */
export async function tellOfGrowth(sessions: Iterable<FeatureSession>): Promise<void> {
  for (const { server } of sessions) {
    await server.sendToolListChanged();
    await server.sendPromptListChanged();
    await server.sendResourceListChanged();
  }
}

/** Tells those sessions of a change of today's note that subscribed to it. */
export async function tellOfChange(sessions: Iterable<FeatureSession>): Promise<void> {
  for (const { server, subscriptions } of sessions) {
    if (subscriptions.has(TODAY)) await server.sendResourceUpdated({ uri: TODAY });
  }
}

/** Offers no newer revision than this one, as a program that was built before does. */
export function capVersion(message: unknown, newest: LegacyVersion): unknown {
  if (!isInitialize(message) || message.params.protocolVersion <= newest) return message;
  return { ...message, params: { ...message.params, protocolVersion: newest } };
}

function isInitialize(
  message: unknown,
): message is { method: "initialize"; params: { protocolVersion: string } } {
  return typeof message === "object" && message !== null && "method" in message &&
    message.method === "initialize";
}

function serveLists(server: Server, world: FeatureWorld): void {
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: world.tools }));
  server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts: world.prompts }));
  server.setRequestHandler(ListResourcesRequestSchema, () => ({ resources: world.resources }));
  server.setRequestHandler(
    ListResourceTemplatesRequestSchema,
    () => ({ resourceTemplates: world.templates }),
  );
  server.setRequestHandler(ReadResourceRequestSchema, ({ params: { uri } }) => {
    const text = world.read(uri);
    const message = "Resource not found";
    if (text === null) throw new RpcFailure({ code: -32002, message, data: { uri } });
    return { contents: [{ uri, mimeType: "text/plain", text }] };
  });
  server.setRequestHandler(
    GetPromptRequestSchema,
    ({ params }) => world.greet(params.arguments?.name ?? "nobody"),
  );
  server.setRequestHandler(CompleteRequestSchema, ({ params: { ref, argument } }) => {
    return { completion: { values: world.complete(ref, argument.value), hasMore: false } };
  });
}

function featureCall(
  extra: Extra,
  threshold: () => number,
): Pick<FeatureCall, "era" | "signal" | "progress" | "log" | "ask"> {
  return {
    era: "legacy",
    signal: extra.signal,
    async progress(progress, total) {
      const progressToken = extra._meta?.progressToken;
      if (progressToken === undefined) return;
      const params = { progressToken, progress, total };
      await extra.sendNotification({ method: "notifications/progress", params });
    },
    async log(level, data) {
      const { data: known } = LoggingMessageNotificationParamsSchema.shape.level.safeParse(level);
      if (known === undefined || LEVELS.indexOf(known) < threshold()) return;
      const params = { level: known, data, logger: "features" };
      await extra.sendNotification({ method: "notifications/message", params });
    },
    ask: (questions) => askAll(questions, extra),
  };
}

async function askAll(questions: Record<string, Question>, extra: Extra): Promise<Answers> {
  const options = { timeout: 20_000, signal: extra.signal };
  const asked = Object.entries(questions).map(async ([key, question]) => {
    const answer = await extra.sendRequest(question as ServerRequest, ResultSchema, options);
    return [key, answer] as const;
  });
  return Object.fromEntries(await Promise.all(asked));
}
