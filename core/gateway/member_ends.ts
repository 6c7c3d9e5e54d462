import { GatewayError } from "../errors.ts";
import type { ServerId, TokenId, WorkspaceId } from "../ids.ts";
import { keys } from "../kv/keys.ts";
import type { Signals } from "../kv/signals.ts";
import type { Connector } from "../upstream/connector.ts";
import type { Target } from "../upstream/upstream.ts";
import { type Access, type Authority, memberTarget } from "./authority.ts";
import type { ReplayStreams } from "./replay_streams.ts";
import type { Snapshot } from "./snapshot.ts";

/** The members of a workspace who own something here beyond their requests. */
interface Group {
  slug: string;
  /** The hash of each member's token. */
  members: Map<TokenId, string>;
  watcher: Disposable;
}

/** What may be ended. */
export interface MemberEndsDeps {
  authority: Authority;
  connector: Connector;
  replays: ReplayStreams;
  signals: Signals;
}

/** Expired tokens, and members who own nothing any more, are looked for this often. */
const CHECK_MS = 15_000;

/**
 * Ends what outlives the requests of a member who may no longer have it: sessions with
 * servers and what is kept of streams, when the token ends; sessions with a server, when
 * that is disabled or uninstalled, or its address or a secret is another one now. At once,
 * on whichever process that was decided.
 */
export class MemberEnds {
  readonly #deps: MemberEndsDeps;
  readonly #groups = new Map<WorkspaceId, Group>();
  #timer: ReturnType<typeof setInterval> | null = null;
  #isClosed = false;

  constructor(deps: MemberEndsDeps) {
    this.#deps = deps;
  }

  /** Watches over what a member owns after a request, if that is anything. */
  note({ token, snapshot: { workspace } }: Access): void {
    if (this.#isClosed || !this.#owns(token.id)) return;
    const group = this.#groups.get(workspace.id);
    if (group?.members.has(token.id)) return;
    if (group === undefined) return this.#begin(workspace, token.id, token.hash);

    group.members.set(token.id, token.hash);
    // The epoch may have moved since the request was let in.
    void this.#check(group, token.id, token.hash);
  }

  /** How many members are watched over. */
  get size(): number {
    return [...this.#groups.values()].reduce((sum, { members }) => sum + members.size, 0);
  }

  /** Watches no more; all is ended by who holds it. */
  close(): void {
    this.#isClosed = true;
    for (const [id, group] of [...this.#groups]) this.#end(id, group);
  }

  #begin({ id, slug }: Snapshot["workspace"], member: TokenId, hash: string): void {
    const group: Group = {
      slug,
      members: new Map([[member, hash]]),
      // Its first call tells of what happened before it began.
      watcher: this.#deps.signals.watch(keys.epoch(id), () => this.#checkAll(group)),
    };
    this.#groups.set(id, group);
    this.#timer ??= setInterval(() => this.#tick(), CHECK_MS);
  }

  #end(id: WorkspaceId, { watcher }: Group): void {
    watcher[Symbol.dispose]();
    this.#groups.delete(id);
    if (this.#groups.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  #tick(): void {
    for (const [id, group] of [...this.#groups]) {
      for (const member of group.members.keys()) {
        if (!this.#owns(member)) group.members.delete(member);
      }
      if (group.members.size === 0) this.#end(id, group);
      else this.#checkAll(group);
    }
  }

  #checkAll(group: Group): void {
    for (const [member, hash] of group.members) void this.#check(group, member, hash);
  }

  async #check({ slug }: Group, member: TokenId, hash: string): Promise<void> {
    const { connector, replays } = this.#deps;
    const access = await this.#accessOf(slug, hash);
    if (access === undefined) return;
    if (access === null) replays.endOfMember(member);

    const current = await targetsNow(access, connector.serversOf(member));
    connector.renewSessions(member, current);
  }

  /** What a token opens; `null` for nothing, `undefined` when the store fails for a moment. */
  async #accessOf(slug: string, hash: string): Promise<Access | null | undefined> {
    try {
      return await this.#deps.authority.authenticateHash(slug, hash);
    } catch (error) {
      const isRefused = error instanceof GatewayError && error.code === "unauthorized";
      return isRefused ? null : undefined;
    }
  }

  #owns(member: TokenId): boolean {
    return this.#deps.connector.hasSessionsOf(member) || this.#deps.replays.hasMember(member);
  }
}

/**
 * How a member reaches these servers now; `null` for one that they may not call, and none
 * for one that cannot be opened at the moment.
 */
async function targetsNow(
  access: Access | null,
  ids: readonly ServerId[],
): Promise<Map<ServerId, Target | null>> {
  const installed = new Map(
    [...access?.snapshot.servers.values() ?? []].map((server) => [server.id, server]),
  );
  const targets = new Map<ServerId, Target | null>();
  await Promise.all(ids.map(async (id) => {
    const server = installed.get(id);
    if (access === null || server === undefined) return targets.set(id, null);
    try {
      targets.set(id, await memberTarget(access, server));
    } catch (error) {
      if (error instanceof GatewayError && error.code === "secret_missing") targets.set(id, null);
    }
  }));
  return targets;
}
