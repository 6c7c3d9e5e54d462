import { CalledMethod } from "../calls/call.ts";
import { RESOURCE_NOT_FOUND } from "../mcp/border.ts";
import { RPC, type RpcResponse } from "../mcp/message.ts";
import { disabledError } from "../servers/disabling.ts";
import type { Server } from "../servers/server.ts";
import { admit, namesUri, NotShown } from "./admission.ts";
import { type AnswerDeps, answerHere, unknownMethod } from "./answer_here.ts";
import { memberTarget, notCallable } from "./authority.ts";
import type { CallLimits } from "./call_limits.ts";
import { type Ended, onRecord, type RecordDeps } from "./call_record.ts";
import { endBy, failedEnd, forward, type ForwardEnd, refusedEnd } from "./forward.ts";
import type { Incoming, Served, View } from "./incoming.ts";
import type { MemberEnds } from "./member_ends.ts";
import { type Address, type Plan, planRequest } from "./plan.ts";
import type { RequestObserver } from "./request_observer.ts";
import { errorAnswer } from "./rpc_reply.ts";
import { ownerOf, viewOf } from "./shown_servers.ts";
import { serveSubscription, type SubscriptionDeps } from "./subscriptions.ts";
import { unknownItem } from "./unknown_item.ts";
import { rulesOf } from "./visibility.ts";

/** What serving a request needs. */
export interface ServeDeps extends SubscriptionDeps, AnswerDeps, RecordDeps {
  limits: CallLimits;
  memberEnds: MemberEnds;
  observer: RequestObserver;
}

/**
 * Answers one request. Never throws: every failure is an answer.
 *
 * What a member does with a tool, a prompt or a resource is on the record before its
 * answer is given back, and so is whatever is refused.
 */
export async function serveRequest(deps: ServeDeps, incoming: Incoming): Promise<Served> {
  const answer = await deps.observer.serve(
    incoming,
    () => onRecord(deps, incoming, () => served(deps, incoming)),
  );
  // What was opened for it may outlive it.
  deps.memberEnds.note(incoming.access);
  return answer;
}

async function served(deps: ServeDeps, incoming: Incoming): Promise<Ended> {
  const { access, request } = incoming;
  const view = viewOf(access, incoming.scope);
  const plan = planRequest(request, {
    era: incoming.caller.era,
    naming: view.naming,
    server: view.server,
    isShown: (slug) => view.servers.has(slug) || view.disabled.has(slug),
  });
  using places = new DisposableStack();

  try {
    // A ping says that a client is there; it costs nothing and should not end a session.
    if (plan.kind !== "ping") await deps.limits.countRequest(access);
    if (CalledMethod.safeParse(request.method).success) {
      places.use(await deps.limits.beginCall(access));
    }
    incoming.onLetIn?.();
  } catch (error) {
    const address = plan.kind === "addressed" ? plan.address : null;
    const item = address?.owned?.own ?? address?.exposed ?? "";
    const server = address === null ? null : ownerOf(view, address);
    return { ...refusedEnd(deps, incoming, error, item), server };
  }
  return await serve(deps, incoming, view, plan);
}

async function serve(
  deps: ServeDeps,
  incoming: Incoming,
  view: View,
  plan: Plan,
): Promise<Ended> {
  switch (plan.kind) {
    case "addressed":
      return await serveAddressed(deps, incoming, view, plan.address);
    case "relayed": {
      const server = view.servers.get(plan.slug);
      if (server === undefined) return notThere(deps, incoming, view, plan.slug);
      // What nobody here knows may reach what is not shown.
      const isHiding = rulesOf(incoming.access, plan.slug) !== null;
      if (plan.list === null && isHiding) return { ...unknownMethod(incoming), ...NOTHING };
      return { ...await forward(deps, incoming, server, ""), server };
    }
    default:
      return { ...await answerHere(deps, incoming, view, plan), ...NOTHING };
  }
}

/** What is said of a request that names nothing, and no server. */
const NOTHING = { item: "", server: null };

async function serveAddressed(
  deps: ServeDeps,
  incoming: Incoming,
  view: View,
  address: Address,
): Promise<Ended> {
  const { request, caller } = incoming;
  const { owned, exposed } = address;
  const disabled = owned === null ? undefined : view.disabled.get(owned.slug);
  if (owned !== null && disabled !== undefined) {
    const end = refusedEnd(deps, incoming, disabledError(disabled), owned.own);
    return { ...end, status: 200, server: disabled };
  }
  const server = owned === null ? undefined : view.servers.get(owned.slug);
  if (owned === null || server === undefined) {
    const reason = exposed === null ? "invalid_input" : "hidden_or_unknown";
    const end = { status: 200, outcome: "refused", reason } as const;
    const response = unknownItem(request, caller.era, address);
    return { response, ...end, item: exposed ?? "", server: null };
  }

  try {
    const end = await serveShown(deps, incoming, server, owned.own);
    return { ...end, server };
  } catch (error) {
    if (!(error instanceof NotShown)) throw error;
    const { reason } = error;
    const response = unknownItem(request, caller.era, address);
    return { response, status: 200, outcome: "refused", reason, item: owned.own, server };
  }
}

/** Throws `NotShown` for what this member is not shown, and for what is not there. */
async function serveShown(
  deps: ServeDeps,
  incoming: Incoming,
  server: Server,
  item: string,
): Promise<ForwardEnd> {
  const { request: { method }, access } = incoming;
  const rules = rulesOf(access, server.slug);
  if (rules !== null) {
    const refusal = await refusalOf(deps, incoming, server, item);
    if (refusal !== null) return refusal;
  }

  const end = isSubscription(method)
    ? await serveSubscription(deps, incoming, server, item)
    : await forward(deps, incoming, server, item);
  // Where names are hidden, a server's own words for "not found" would tell the difference.
  const hasPolicy = rules !== null && (rules.install !== null || rules.token !== null);
  if (hasPolicy && namesUri(method) && isNotFound(end.response)) throw new NotShown();
  return end;
}

/** Throws `NotShown`; gives an answer when it cannot be found out what is shown. */
async function refusalOf(
  deps: ServeDeps,
  incoming: Incoming,
  server: Server,
  item: string,
): Promise<ForwardEnd | null> {
  try {
    const target = await memberTarget(incoming.access, server);
    await admit(deps, incoming, target, item);
    return null;
  } catch (error) {
    if (error instanceof NotShown) throw error;
    return failedEnd(deps, incoming, error, item);
  }
}

function isNotFound({ error }: RpcResponse): boolean {
  return error?.code === RESOURCE_NOT_FOUND || error?.code === RPC.invalidParams;
}

function isSubscription(method: string): boolean {
  return method === "resources/subscribe" || method === "resources/unsubscribe";
}

/** A server that was disabled or taken out while its own endpoint was in use. */
function notThere(deps: ServeDeps, { request }: Incoming, view: View, slug: string): Ended {
  const error = notCallable(view, slug);
  const status = view.disabled.has(slug) ? 200 : error.status;
  const server = view.disabled.get(slug) ?? null;
  const response = errorAnswer(request.id, error, deps.log);
  return { response, status, ...endBy(error), item: "", server };
}
