import { pause } from "./eventually.ts";
import { type FeatureWorld, MANUAL, TODAY } from "./feature_world.ts";
import { RpcFailure } from "./toolbox.ts";

/** A question of a server to its client. */
export interface Question {
  method: "elicitation/create" | "sampling/createMessage" | "roots/list";
  params: Record<string, unknown>;
}

/** Answers by the key of their question. */
export type Answers = Record<string, Record<string, unknown>>;

/** One `tools/call` as the SDK that received it hands it over. */
export interface FeatureCall {
  name: string;
  args: Record<string, unknown>;
  era: "modern" | "legacy";
  signal: AbortSignal;
  /** Whether the server may link to resources, which 2025-06-18 began with. */
  mayLink: boolean;
  progress(done: number, total: number): Promise<void>;
  log(level: string, data: string): Promise<void>;
  /** Asks all at once. Throws what the era throws: {@linkcode InputNeeded} or a refusal. */
  ask(questions: Record<string, Question>): Promise<Answers>;
}

/** What a tool of the modern era ends with when it has a question. */
export class InputNeeded extends Error {
  readonly questions: Record<string, Question>;

  constructor(questions: Record<string, Question>) {
    super("Input is needed");
    this.questions = questions;
  }
}

/** The address that a URL elicitation sends people to. */
export const SIGN_IN_URL = "https://example.com/sign-in?for=feature";

const FORM: Question = {
  method: "elicitation/create",
  params: {
    message: "Which colour?",
    requestedSchema: {
      type: "object",
      properties: { colour: { type: "string" } },
      required: ["colour"],
    },
  },
};

/** Runs a tool of the feature set. Throws {@linkcode RpcFailure} for what is no result. */
export async function runFeature(call: FeatureCall, world: FeatureWorld) {
  world.journal.ran(call.name);

  switch (call.name) {
    case "say":
      return said({ said: call.args.text });
    case "look":
      return look(call, world);
    case "count":
      return await count(call);
    case "wait":
      return await wait(call, world);
    case "speak":
      await call.log(String(call.args.level), String(call.args.text));
      return said({ spoken: true });
    case "locked":
      return locked(call, world);
    default:
      return said(await ask(call));
  }
}

/** A question in URL mode; the legacy era wants an id for it. */
function urlQuestion(era: FeatureCall["era"], elicitationId: string): Question {
  const id = era === "legacy" ? { elicitationId } : {};
  return {
    method: "elicitation/create",
    params: { mode: "url", message: "Please sign in", url: SIGN_IN_URL, ...id },
  };
}

async function ask(call: FeatureCall): Promise<Record<string, unknown>> {
  switch (call.name) {
    case "ask_form":
      return await call.ask({ answer: FORM });
    case "ask_url":
      return await call.ask({ answer: urlQuestion(call.era, "e-1") });
    case "ask_model":
      return await call.ask({ answer: modelQuestion("What is up?") });
    case "ask_roots":
      return await call.ask({ answer: rootsQuestion() });
    case "interview":
      return await interview(call);
    default:
      throw new RpcFailure({ code: -32602, message: `Unknown tool: ${call.name}` });
  }
}

/** Two questions at once, then a third that depends on their answers. */
async function interview(call: FeatureCall): Promise<Record<string, unknown>> {
  const first = await call.ask({ roots: rootsQuestion(), opinion: modelQuestion("first") });
  const second = await call.ask({
    verdict: modelQuestion(`second after ${textIn(first.opinion)}`),
  });
  return { ...first, ...second };
}

function textIn(answer: Record<string, unknown> | undefined): string {
  const content = answer?.content;
  return typeof content === "object" && content !== null && "text" in content
    ? String(content.text)
    : "";
}

function modelQuestion(text: string): Question {
  const messages = [{ role: "user", content: { type: "text", text } }];
  return { method: "sampling/createMessage", params: { messages, maxTokens: 10 } };
}

function rootsQuestion(): Question {
  return { method: "roots/list", params: {} };
}

/** Refuses the first call with the page that has to be visited before the second. */
function locked({ args, era }: FeatureCall, { unlocked }: FeatureWorld) {
  const key = String(args.key);
  if (unlocked.has(key)) return said({ opened: key });

  unlocked.add(key);
  const { params } = urlQuestion(era, `e-${key}`);
  throw new RpcFailure({
    code: -32042,
    message: "Sign in first",
    data: { elicitations: [params] },
  });
}

function said(what: Record<string, unknown>) {
  const content = [{ type: "text" as const, text: JSON.stringify(what) }];
  return { content, structuredContent: what };
}

function look({ mayLink }: FeatureCall, world: FeatureWorld) {
  const resource = { uri: MANUAL, mimeType: "text/plain", text: world.read(MANUAL) ?? "" };
  const link = { type: "resource_link" as const, uri: TODAY, name: "today" };
  return {
    content: [
      { type: "text" as const, text: `See ${TODAY}` },
      { type: "resource" as const, resource },
      ...(mayLink ? [link] : []),
    ],
  };
}

async function count(call: FeatureCall) {
  for (let done = 1; done <= 3 && !call.signal.aborted; done++) {
    await call.progress(done, 3);
    await pause(20, call.signal);
  }
  return said({ counted: 3 });
}

async function wait(call: FeatureCall, { journal }: FeatureWorld) {
  const key = String(call.args.key);

  journal.waits.set(key, "running");
  await pause(60_000, call.signal);
  journal.waits.set(key, call.signal.aborted ? "cancelled" : "finished");

  return said({ waited: true });
}
