import type { Call } from "../../core/calls/call.ts";
import type { LoggedWorkspace } from "../../core/calls/call_log.ts";
import { newServerId, newTokenId, newWorkspaceId, type WorkspaceId } from "../../core/ids.ts";

/** A call like any other, with what the test cares about. */
export function someCall(changes: Partial<Call> = {}): Call {
  return {
    at: "2026-11-22T12:00:00.000Z",
    tokenId: newTokenId(),
    person: "Alice Chen",
    email: null,
    serverId: newServerId(),
    server: "internal-api",
    method: "tools/call",
    tool: "search",
    era: "modern",
    outcome: "ok",
    reason: null,
    durationMs: 12.5,
    bytesIn: 210,
    bytesOut: 1024,
    ...changes,
  };
}

/** A workspace that keeps its calls as long as any other. */
export function kept(id: WorkspaceId): LoggedWorkspace {
  return { id, retentionDays: 90 };
}

/** Workspaces none of which is there any more; their logs are. */
export const REMOVED = { get: () => Promise.resolve(null) };

/** As many new workspaces. */
export function workspaceIds(count: number): WorkspaceId[] {
  return Array.from({ length: count }, newWorkspaceId);
}

/** A store whose commits wait, fail or pass as the test says; the rest is the real one. */
export class SteeredKv {
  readonly kv: Deno.Kv;
  /** How many commits were begun. */
  commits = 0;
  /** Called before each commit; it may wait or throw. */
  beforeCommit: (commit: number) => Promise<void> | void = () => {};
  /** Called after each commit that did not throw; it may throw, as if its answer was lost. */
  afterCommit: (commit: number) => void = () => {};

  constructor(real: Deno.Kv) {
    this.kv = new Proxy(real, {
      get: (target, name) => {
        if (name === "atomic") return () => this.#steer(target.atomic());
        const value = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
  }

  #steer(atomic: Deno.AtomicOperation): Deno.AtomicOperation {
    const commit = atomic.commit.bind(atomic);
    atomic.commit = async () => {
      const number = ++this.commits;
      await this.beforeCommit(number);
      const done = await commit();
      this.afterCommit(number);
      return done;
    };
    return atomic;
  }
}
