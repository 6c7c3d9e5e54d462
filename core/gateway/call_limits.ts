import { createHash } from "node:crypto";
import { GatewayError } from "../errors.ts";
import { limitOfTool, limitsOfToken } from "../limits/limits.ts";
import type { Quotas } from "../limits/quotas.ts";
import type { Slots } from "../limits/slots.ts";
import type { Server } from "../servers/server.ts";
import type { Access } from "./authority.ts";

/** What calls are counted by. */
export interface CallLimitsDeps {
  requests: Quotas;
  /** Apart, since clients choose the names in it: they must not push the others out. */
  tools: Quotas;
  slots: Slots;
}

/** A longer name of a tool is counted by its hash. */
const MAX_NAME = 100;

/** One limit, and what it is counted under. */
interface Limit {
  /** The name of the setting. */
  name: string;
  scope: string;
  /** `null` = none. */
  value: number | null;
  /** Completes "The limit of …". */
  what: string;
}

/**
 * Holds callers to the limits of their token, their workspace and the tools they call.
 *
 * The limits are part of the snapshot that a call was let in with, so that one that was
 * changed holds for the next call. Where nothing is limited, nothing is counted.
 */
export class CallLimits {
  readonly #deps: CallLimitsDeps;

  constructor(deps: CallLimitsDeps) {
    this.#deps = deps;
  }

  /**
   * Counts a request for its token and its workspace. Throws `rate_limited`; then it counts
   * for neither.
   */
  async countRequest({ token, snapshot: { workspace } }: Access): Promise<void> {
    const { requests } = this.#deps;
    const ofToken: Limit = {
      name: "requestsPerMinutePerToken",
      scope: `token/${token.id}`,
      value: limitsOfToken(workspace.limits, token.limits).requestsPerMinute,
      what: "requests a minute of this token",
    };
    const ofWorkspace: Limit = {
      name: "requestsPerMinute",
      scope: `workspace/${workspace.id}`,
      value: workspace.limits.requestsPerMinute,
      what: `requests a minute of workspace "${workspace.slug}"`,
    };

    await count(requests, ofToken);
    try {
      await count(requests, ofWorkspace);
    } catch (error) {
      if (ofToken.value !== null) requests.giveBack(ofToken.scope, ofToken.value);
      throw error;
    }
  }

  /** Counts a call of a tool, by its own name. Throws `rate_limited`. */
  async countTool({ snapshot }: Access, server: Pick<Server, "id" | "slug">, tool: string) {
    const install = snapshot.installs.get(server.slug);
    if (install === undefined) return;
    const key = tool.length <= MAX_NAME ? tool : createHash("sha256").update(tool).digest("hex");

    await count(this.#deps.tools, {
      name: "callsPerMinutePerTool",
      scope: `tool/${install.workspaceId}/${server.id}/${key}`,
      value: limitOfTool(install.limits, tool),
      what: `calls a minute of tool "${tool.slice(0, MAX_NAME)}" in workspace ` +
        `"${snapshot.workspace.slug}"`,
    });
  }

  /** Takes a call's places among those at once, until it is disposed of. Throws `rate_limited`. */
  async beginCall({ token, snapshot: { workspace } }: Access): Promise<Disposable> {
    using places = new DisposableStack();
    places.use(
      await this.#place({
        name: "concurrentCallsPerToken",
        scope: `token/${token.id}`,
        value: limitsOfToken(workspace.limits, token.limits).concurrentCalls,
        what: "calls at once of this token",
      }),
    );
    places.use(
      await this.#place({
        name: "concurrentCalls",
        scope: `workspace/${workspace.id}`,
        value: workspace.limits.concurrentCalls,
        what: `calls at once of workspace "${workspace.slug}"`,
      }),
    );
    return places.move();
  }

  /** Gives back what other processes may use. */
  async close(): Promise<void> {
    await this.#deps.slots.close();
  }

  async #place(limit: Limit): Promise<Disposable | null> {
    if (limit.value === null) return null;
    const place = await this.#deps.slots.take(limit.scope, limit.value);
    if (place !== null) return place;
    throw reached(limit, limit.value, 1, "when one of them has ended");
  }
}

async function count(quotas: Quotas, limit: Limit): Promise<void> {
  if (limit.value === null || await quotas.take(limit.scope, limit.value)) return;
  const { secondsLeft } = quotas;
  throw reached(limit, limit.value, secondsLeft, `in ${secondsLeft} s`);
}

function reached(
  { name, what }: Limit,
  value: number,
  retryAfterSeconds: number,
  when: string,
): GatewayError {
  const sentence = `The limit of ${value} ${what} is reached; try again ${when}.`;
  return new GatewayError("rate_limited", sentence, {
    publicMessage: sentence,
    retryAfterSeconds,
    data: { limit: name, value, retryAfterSeconds },
  });
}
