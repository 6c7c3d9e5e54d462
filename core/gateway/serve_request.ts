import { Buffer } from "node:buffer";
import { type Call, RecordedMethod } from "../calls/call.ts";
import type { CallLog } from "../calls/call_log.ts";
import { GatewayError, refusal } from "../errors.ts";
import type { RpcResponse } from "../mcp/message.ts";
import { type AnswerDeps, answerHere } from "./answer_here.ts";
import { forward, type ForwardEnd } from "./forward.ts";
import type { Incoming, Served, View } from "./incoming.ts";
import { type Address, type Plan, planRequest } from "./plan.ts";
import { errorAnswer } from "./rpc_reply.ts";
import { serveSubscription, type SubscriptionDeps } from "./subscriptions.ts";
import { unknownItem } from "./unknown_item.ts";

/** What serving a request needs. */
export interface ServeDeps extends SubscriptionDeps, AnswerDeps {
  callLog: CallLog;
  now: () => Date;
}

/** How a request for one server's thing ended; `server` is null when it has none. */
interface Ended extends ForwardEnd {
  server: string | null;
}

/**
 * Answers one request. Never throws: every failure is an answer.
 *
 * What a member does with a tool, a prompt or a resource is on the record before its
 * answer is given back.
 */
export async function serveRequest(deps: ServeDeps, incoming: Incoming): Promise<Served> {
  const view = viewOf(incoming);
  const plan = planRequest(incoming.request, {
    era: incoming.caller.era,
    naming: view.naming,
    server: view.server,
    isShown: (slug) => view.servers.has(slug),
  });

  const recorded = RecordedMethod.safeParse(incoming.request.method);
  if (recorded.success && plan.kind === "addressed") {
    return await onRecord(
      deps,
      incoming,
      recorded.data,
      () => serveAddressed(deps, incoming, view, plan.address),
    );
  }
  const { response, status } = await serve(deps, incoming, view, plan);
  return served(response, status);
}

/** The servers that the endpoint shows of what is installed now. */
function viewOf({ access: { snapshot }, scope }: Incoming): View {
  if (scope.server === null) return { ...scope, servers: snapshot.servers };
  const server = snapshot.servers.get(scope.server);
  return { ...scope, servers: new Map(server === undefined ? [] : [[server.slug, server]]) };
}

async function serve(
  deps: ServeDeps,
  incoming: Incoming,
  view: View,
  plan: Plan,
): Promise<{ response: RpcResponse; status: number }> {
  switch (plan.kind) {
    case "addressed":
      return await serveAddressed(deps, incoming, view, plan.address);
    case "relayed": {
      const server = view.servers.get(plan.slug);
      return server === undefined
        ? notInstalled(deps, incoming, plan.slug)
        : await forward(deps, incoming, server, "");
    }
    default:
      return await answerHere(deps, incoming, view, plan);
  }
}

async function serveAddressed(
  deps: ServeDeps,
  incoming: Incoming,
  view: View,
  address: Address,
): Promise<Ended> {
  const { request, caller } = incoming;
  const { owned, exposed } = address;
  const server = owned === null ? undefined : view.servers.get(owned.slug);
  if (owned === null || server === undefined) {
    const response = unknownItem(request, caller.era, address);
    return { response, status: 200, outcome: "refused", item: exposed ?? "", server: null };
  }

  const end = isSubscription(request.method)
    ? await serveSubscription(deps, incoming, server, owned.own)
    : await forward(deps, incoming, server, owned.own);
  return { ...end, server: server.slug };
}

function isSubscription(method: string): boolean {
  return method === "resources/subscribe" || method === "resources/unsubscribe";
}

/** A server that was taken out of the workspace while its own endpoint was in use. */
function notInstalled(deps: ServeDeps, { request }: Incoming, slug: string) {
  const error = refusal("not_found", `Server "${slug}" is not installed in this workspace`);
  return { response: errorAnswer(request.id, error, deps.log), status: error.status };
}

async function onRecord(
  deps: ServeDeps,
  incoming: Incoming,
  method: RecordedMethod,
  run: () => Promise<Ended>,
): Promise<Served> {
  // A tool must not run when its call could not be put on the record.
  if (deps.callLog.isFull) return served(errorAnswer(incoming.request.id, busy(), deps.log));

  const startedAt = deps.now();
  const startedMs = performance.now();
  const end = await run();
  const answer = { ...served(end.response, end.status), rest: end.passed?.rest };

  try {
    await deps.callLog.record(incoming.access.snapshot.workspace.id, {
      ...whoIn(incoming),
      at: startedAt.toISOString(),
      server: end.server,
      method,
      tool: end.item,
      outcome: end.outcome,
      durationMs: Math.round((performance.now() - startedMs) * 10) / 10,
      bytesIn: incoming.bytesIn,
      bytesOut: end.passed?.sizeBytes ?? Buffer.byteLength(answer.json),
    });
    return answer;
  } catch (error) {
    // What is not on the record was not answered.
    return served(errorAnswer(incoming.request.id, error, deps.log));
  }
}

function busy(): GatewayError {
  return new GatewayError("too_many", "Refused a call: the call log is full or closed");
}

function whoIn(
  { access: { token }, caller }: Incoming,
): Pick<Call, "tokenId" | "person" | "email" | "era"> {
  return { tokenId: token.id, person: token.name, email: token.email, era: caller.era };
}

function served(response: RpcResponse, status = 200): Served {
  return { json: JSON.stringify(response), status };
}
