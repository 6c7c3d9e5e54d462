import {
  createMcpHandler,
  InMemoryServerEventBus,
  type InputRequests,
  type LoggingLevel,
  ProtocolError,
  Server,
  type ServerContext,
} from "@modelcontextprotocol/server";
import { type FeatureServer, type FeatureServerOptions, watchEnd } from "./feature_server.ts";
import { type Answers, InputNeeded, type Question, runFeature } from "./feature_tools.ts";
import { FeatureWorld, TODAY } from "./feature_world.ts";
import { RpcFailure } from "./toolbox.ts";
import { serveLocally } from "./upstream.ts";

const CAPABILITIES = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  completions: {},
  logging: {},
};

/** The feature set on 2026-07-28 and nothing before. */
export function startModernFeatures(
  { port = 0, world = new FeatureWorld() }: FeatureServerOptions = {},
): FeatureServer {
  const bus = new InMemoryServerEventBus();
  const handler = createMcpHandler(() => featureServer(world), { legacy: "reject", bus });
  let subscribers = 0;

  async function serve(received: Request): Promise<Response> {
    const request = await world.journal.keep(received);
    const isSubscription = (await request.clone().text()).includes(`Subscriptions":["${TODAY}"`);
    const answer = await handler.fetch(request);
    if (!isSubscription || answer.body === null || !answer.ok) return answer;
    subscribers++;
    return new Response(watchEnd(answer.body, () => subscribers--), answer);
  }

  const http = serveLocally(serve, port);

  return {
    world,
    journal: world.journal,
    url: `${http.origin}/mcp`,
    port: Number(new URL(http.origin).port),
    listeners: () => bus.listenerCount,
    subscribers: () => subscribers,
    grow(name) {
      world.grow(name);
      handler.notify.toolsChanged();
      handler.notify.promptsChanged();
      handler.notify.resourcesChanged();
      return Promise.resolve();
    },
    change() {
      world.version++;
      handler.notify.resourceUpdated(TODAY);
      return Promise.resolve();
    },
    async [Symbol.asyncDispose]() {
      await http[Symbol.asyncDispose]();
      await handler.close();
    },
  };
}

function featureServer(world: FeatureWorld): Server {
  const server = new Server(
    { name: "modern-features", version: "1.0.0" },
    { capabilities: CAPABILITIES, instructions: "Use the modern features." },
  );

  serveLists(server, world);
  server.setRequestHandler("tools/call", async ({ params }, ctx) => {
    const { name, arguments: args = {} } = params;
    try {
      return await runFeature({
        name: name === "locked" ? "ask_url" : name,
        args,
        era: "modern",
        mayLink: true,
        signal: ctx.mcpReq.signal,
        progress: (done, total) => tellProgress(ctx, done, total),
        log: (level, data) => ctx.mcpReq.log(level as LoggingLevel, data, "features"),
        ask: (questions) => Promise.resolve(answersTo(questions, ctx, world)),
      }, world);
    } catch (error) {
      if (!(error instanceof InputNeeded)) throw error;
      return inputNeeded(error.questions, ctx, world);
    }
  });

  return server;
}

function serveLists(server: Server, world: FeatureWorld): void {
  const listed = world as unknown as {
    tools: { name: string; inputSchema: { type: "object" } }[];
  };
  server.setRequestHandler("tools/list", () => ({ tools: listed.tools }));
  server.setRequestHandler("prompts/list", () => ({ prompts: world.prompts }));
  server.setRequestHandler("resources/list", () => ({ resources: world.resources }));
  server.setRequestHandler(
    "resources/templates/list",
    () => ({ resourceTemplates: world.templates }),
  );
  server.setRequestHandler("resources/read", ({ params: { uri } }) => {
    const text = world.read(uri);
    if (text === null) throw new ProtocolError(-32602, "Resource not found", { uri });
    return { contents: [{ uri, mimeType: "text/plain", text }] };
  });
  server.setRequestHandler(
    "prompts/get",
    ({ params }) => world.greet(params.arguments?.name ?? "nobody"),
  );
  server.setRequestHandler("completion/complete", ({ params: { ref, argument } }) => {
    return { completion: { values: world.complete(ref, argument.value), hasMore: false } };
  });
}

async function tellProgress(ctx: ServerContext, progress: number, total: number): Promise<void> {
  const progressToken = ctx.mcpReq._meta?.progressToken;
  if (progressToken === undefined) return;
  const params = { progressToken, progress, total };
  await ctx.mcpReq.notify({ method: "notifications/progress", params });
}

/** What the client has answered in this round and before it; else the call ends with a question. */
function answersTo(
  questions: Record<string, Question>,
  ctx: ServerContext,
  world: FeatureWorld,
): Answers {
  const known = knownAnswers(ctx, world);
  const open = Object.entries(questions).filter(([key]) => !(key in known));
  if (open.length > 0) throw new InputNeeded(Object.fromEntries(open));
  return Object.fromEntries(Object.keys(questions).map((key) => [key, known[key] ?? {}]));
}

function inputNeeded(
  questions: Record<string, Question>,
  ctx: ServerContext,
  world: FeatureWorld,
) {
  // What a careless relay would trim, re-encode or escape.
  const requestState = ` {"id": "${crypto.randomUUID()}",\t"✓": "é\\u00e9/\\/"} `;
  world.states.set(requestState, knownAnswers(ctx, world));
  return {
    resultType: "input_required" as const,
    inputRequests: questions as unknown as InputRequests,
    requestState,
  };
}

function knownAnswers(ctx: ServerContext, world: FeatureWorld): Answers {
  const { inputResponses } = ctx.mcpReq;
  const state = ctx.mcpReq.requestState<string>();
  if (inputResponses === undefined && state === undefined) return {};

  const before = state === undefined ? undefined : world.states.get(state);
  if (before === undefined) {
    throw new RpcFailure({ code: -32602, message: `Unknown state: ${JSON.stringify(state)}` });
  }
  return { ...before, ...inputResponses } as Answers;
}
