import { createHash } from "node:crypto";
import { z } from "zod";
import { GatewayError } from "../errors.ts";
import { ServerId, TokenId, WorkspaceId } from "../ids.ts";
import { isObject, type JsonObject } from "../mcp/message.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { RecordSeal } from "../sessions/record_seal.ts";

/**
 * What a modern client brings back with its answers: which call waits for them, and where.
 *
 * It is bound to one member, one workspace, one server and one request, and expires
 * (2026-07-28, Multi Round-Trip Requests, Server Requirements).
 */
const RequestState = z.object({
  workspaceId: WorkspaceId,
  tokenId: TokenId,
  serverId: ServerId,
  /** Digest of the method and its parameters. */
  request: z.string(),
  /** The process that holds the call, and the call; `null` when it is to be sent again. */
  held: z.object({ instanceId: z.string(), id: z.string() }).nullable(),
  expiresAtMs: z.number(),
});
type RequestState = z.infer<typeof RequestState>;

/** Whose request a state belongs to, and which. */
export interface StateOwner {
  workspaceId: WorkspaceId;
  tokenId: TokenId;
  serverId: ServerId;
  method: string;
  params: JsonObject | undefined;
}

/** How long a call waits for its client to come back with answers. */
export const HOLD_MS = 10 * 60_000;

/** Seals and opens request states. */
export class RequestStates {
  readonly #seal: RecordSeal<typeof RequestState>;
  readonly #now: () => Date;

  constructor(keyring: Keyring, now: () => Date) {
    this.#seal = new RecordSeal(keyring, "request-state", RequestState);
    this.#now = now;
  }

  /** A state for the client to bring back, as an opaque text. */
  seal(owner: StateOwner, held: RequestState["held"]): Promise<string> {
    const { workspaceId, tokenId, serverId } = owner;
    return this.#seal.seal({
      workspaceId,
      tokenId,
      serverId,
      request: digestOf(owner),
      held,
      expiresAtMs: this.#now().getTime() + HOLD_MS,
    });
  }

  /**
   * What a client brought back; `null` for a text that was not sealed here, which may be
   * a server's own. Throws `invalid_input` for one of another member, workspace, server
   * or request, and for one that has expired.
   */
  async open(text: string, owner: StateOwner): Promise<{ held: RequestState["held"] } | null> {
    const state = await this.#seal.open(text);
    if (state === null) return null;
    const { workspaceId, tokenId, serverId } = state;
    const isOwn = workspaceId === owner.workspaceId && tokenId === owner.tokenId &&
      serverId === owner.serverId && state.request === digestOf(owner);
    if (!isOwn) throw badState("does not belong to this request");
    if (state.expiresAtMs <= this.#now().getTime()) throw badState("has expired; call again");
    return { held: state.held };
  }
}

/** The refusal of a request state, in a sentence for the client. */
export function badState(what: string): GatewayError {
  const sentence = `Invalid params: requestState ${what}`;
  return new GatewayError("invalid_input", sentence, { publicMessage: sentence });
}

/** What makes two requests the same: their method and all that is not about the round. */
function digestOf({ method, params }: Pick<StateOwner, "method" | "params">): string {
  const { _meta, inputResponses: _, requestState: __, ...salient } = params ?? {};
  return createHash("sha256").update(JSON.stringify([method, sorted(salient)])).digest("base64url");
}

/** The same value with the keys of its objects in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isObject(value)) return value;
  return Object.keys(value).sort().map((key) => [key, sorted(value[key])]);
}
