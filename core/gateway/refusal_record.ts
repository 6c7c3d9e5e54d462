import { type Call, CalledMethod } from "../calls/call.ts";
import type { CallLog } from "../calls/call_log.ts";
import type { Message, RpcRequest } from "../mcp/message.ts";
import type { Access } from "./authority.ts";
import type { Scope } from "./incoming.ts";
import { planRequest } from "./plan.ts";
import type { Refused } from "./refused.ts";
import { ownerOf, viewOf } from "./shown_servers.ts";

/** A request of a member that is refused before it is served. */
export interface RefusedRequest {
  access: Access;
  scope: Scope;
  /** The HTTP method, which is all that is known of what could not be read. */
  httpMethod: string;
  arrivedAt: Date;
  durationMs: number;
  bytesIn: number;
  bytesOut: number;
}

/**
 * Resolves when what was refused is on the record: each request by itself, and anything else as
 * one. Rejects as the log does; then there is another answer to give.
 */
export async function recordRefusal(
  callLog: CallLog,
  refused: Pick<Refused, "messages" | "reason">,
  request: RefusedRequest,
): Promise<void> {
  const { access: { token, snapshot: { workspace } }, arrivedAt, durationMs } = request;
  const things = thingsIn(refused.messages, request);
  const share = (bytes: number) => Math.round(bytes / things.length);

  await Promise.all(things.map((thing) =>
    callLog.record(workspace, {
      ...thing,
      at: arrivedAt.toISOString(),
      tokenId: token.id,
      person: token.name,
      email: token.email,
      era: null,
      outcome: refused.reason === "cancelled" ? "cancelled" : "refused",
      reason: refused.reason,
      durationMs,
      bytesIn: share(request.bytesIn),
      bytesOut: share(request.bytesOut),
    })
  ));
}

type Thing = Pick<Call, "method" | "tool" | "serverId" | "server">;

function thingsIn(messages: readonly Message[], request: RefusedRequest): Thing[] {
  const requests = messages.flatMap((one) => one.kind === "request" ? [one.message] : []);
  if (requests.length > 0) return requests.map((one) => thingIn(one, request));

  const [first] = messages;
  const tool = first?.kind === "notification" ? first.message.method : request.httpMethod;
  return [{ method: "request", tool, serverId: null, server: null }];
}

/** What a request names, as the record of a call would say it. */
function thingIn(request: RpcRequest, { access, scope }: RefusedRequest): Thing {
  const method = CalledMethod.safeParse(request.method).data;
  const nothing = {
    method: "request",
    tool: request.method,
    serverId: null,
    server: null,
  } as const;
  if (method === undefined) return nothing;

  const view = viewOf(access, scope);
  const isShown = (slug: string) => view.servers.has(slug) || view.disabled.has(slug);
  const plan = planRequest(request, { era: "modern", ...scope, isShown });
  if (plan.kind !== "addressed") return nothing;
  const { owned, exposed } = plan.address;
  const server = ownerOf(view, plan.address);
  return {
    method,
    tool: owned?.own ?? exposed ?? "",
    serverId: server?.id ?? null,
    server: server?.slug ?? null,
  };
}
