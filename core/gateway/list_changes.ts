import { afterAbout } from "../coarse_timer.ts";
import type { ServerId, WorkspaceId } from "../ids.ts";
import { keys } from "../kv/keys.ts";
import type { Signals } from "../kv/signals.ts";
import { CHANGEABLE, type Changeable, changeOf } from "../mcp/list_changes.ts";
import type { RpcNotification } from "../mcp/message.ts";
import type { ListCache } from "../upstream/list_cache.ts";
import type { ServerWatches, Watching } from "../upstream/server_watches.ts";
import type { Access, Authority } from "./authority.ts";
import type { ChangeNews } from "./change_news.ts";
import type { Scope } from "./incoming.ts";
import { changedWays, type OwnView, ownView } from "./own_view.ts";
import type { Log } from "./rpc_reply.ts";
import type { Snapshot } from "./snapshot.ts";

/** A client that wants to hear of changes, and where it listens. */
export interface Listener {
  slug: string;
  access: Access;
  scope: Scope;
  notify(notification: RpcNotification): void;
}

interface Joined extends Listener {
  /** What it will be told of next, in one go. */
  due: Set<Changeable>;
  timer: Disposable | null;
  /** What it alone sees otherwise, as it was last looked at. */
  own: Promise<OwnView>;
}

interface Group {
  workspaceId: WorkspaceId;
  listeners: Set<Joined>;
  watcher: Disposable;
  /** What was installed when it was last looked at; `null` before the first look. */
  installed: Map<ServerId, Installed> | null;
  /** What servers said before that first look. */
  early: Map<ServerId, Set<Changeable>>;
  looking: Promise<void> | null;
  /** Resolves when the first look is over. */
  seen: PromiseWithResolvers<void>;
}

interface Installed {
  slug: string;
  /** Changes with everything that an admin changes of it, its secrets too. */
  fingerprint: string;
  /** `null` for one that cannot be reached in nobody's name: only members have its secret. */
  watch: Watching | null;
}

/** A listener's place among the others, until it is disposed of. */
export interface Membership extends Disposable {
  /** Resolves when what changes from now on is heard of: all servers listen that can. */
  begun(): Promise<void>;
}

/** A burst of changes is told once; well within the second that was promised. */
const GATHER_MS = 100;

/**
 * Tells connected clients when a list they see has changed, whatever the reason: an admin
 * installed, removed or changed a server, or a server said so itself.
 */
export class ListChanges {
  readonly #authority: Authority;
  readonly #signals: Signals;
  readonly #lists: ListCache;
  readonly #watches: () => ServerWatches;
  readonly #versions: { count(server: ServerId): Promise<void> };
  readonly #news: ChangeNews;
  readonly #log: Log;
  readonly #groups = new Map<WorkspaceId, Group>();

  constructor(deps: {
    authority: Authority;
    signals: Signals;
    lists: ListCache;
    versions: { count(server: ServerId): Promise<void> };
    watches: () => ServerWatches;
    news: ChangeNews;
    log: Log;
  }) {
    this.#versions = deps.versions;
    this.#log = deps.log;
    this.#authority = deps.authority;
    this.#signals = deps.signals;
    this.#lists = deps.lists;
    this.#watches = deps.watches;
    this.#news = deps.news;
    this.#news.onNews((serverId, list) => this.#tellAll(serverId, list));
  }

  /** Tells a client of changes until it is disposed of. */
  join(listener: Listener): Membership {
    this.#news.listen();
    const { snapshot } = listener.access;
    const group = this.#groups.get(snapshot.workspace.id) ?? this.#begin(snapshot);
    const own = ownView(listener.access);
    const joined: Joined = { ...listener, due: new Set(), timer: null, own };
    group.listeners.add(joined);
    return {
      begun: () => begun(group),
      [Symbol.dispose]: () => this.#leave(group, joined),
    };
  }

  /** A server said that one of its lists has changed. Clients are told once all processes know. */
  changed(serverId: ServerId, list: Changeable): Promise<void> {
    this.#lists.forget(serverId, list);
    return this.#versions.count(serverId)
      // A store that fails for a moment must not keep it from them.
      .catch((error) => this.#log(`Cannot count a change of lists: ${error}`))
      .then(() => this.#tellAll(serverId, list));
  }

  /** The same, said to a session of this process, whose client may listen at another. */
  changedForSession(serverId: ServerId, list: Changeable): void {
    this.#news.spread(serverId, list, this.changed(serverId, list));
  }

  #tellAll(serverId: ServerId, list: Changeable): void {
    for (const group of this.#groups.values()) {
      if (group.installed === null) keepEarly(group, serverId, list);
      else tellOf(group, serverId, [list]);
    }
  }

  /** Tells nobody any more. */
  close(): void {
    this.#news.close();
    for (const group of [...this.#groups.values()]) this.#end(group);
  }

  #begin(snapshot: Snapshot): Group {
    const { workspace } = snapshot;
    const group: Group = {
      workspaceId: workspace.id,
      listeners: new Set(),
      watcher: this.#signals.watch(keys.epoch(workspace.id), () => this.#look(group)),
      installed: null,
      early: new Map(),
      looking: null,
      seen: Promise.withResolvers(),
    };
    this.#groups.set(workspace.id, group);
    // What the first listener was let in with is what it has seen so far.
    group.looking = this.#take(group, snapshot).catch(() => {});
    return group;
  }

  #leave(group: Group, joined: Joined): void {
    joined.timer?.[Symbol.dispose]();
    const removed = group.listeners.delete(joined);
    if (removed && group.listeners.size === 0) this.#end(group);
  }

  #end(group: Group): void {
    this.#groups.delete(group.workspaceId);
    group.watcher[Symbol.dispose]();
    for (const { timer } of group.listeners) timer?.[Symbol.dispose]();
    group.listeners.clear();
    endWatches(group.installed);
    group.installed = null;
  }

  /** Looks at what is installed now; looks in turn, so that the last one sees the newest. */
  #look(group: Group): void {
    const before = group.looking ?? Promise.resolve();
    group.looking = before.then(() => this.#compare(group)).catch(() => {})
      .then(() => group.seen.resolve());
  }

  async #compare(group: Group): Promise<void> {
    const snapshot = await this.#snapshotOf(group);
    if (snapshot !== null) await this.#take(group, snapshot);
  }

  async #take(group: Group, snapshot: Snapshot): Promise<void> {
    const next = await this.#installedIn(snapshot);
    // All of them may have left meanwhile.
    if (group.listeners.size === 0) {
      endWatches(next);
      return;
    }

    const before = group.installed;
    group.installed = next;
    endWatches(before);
    if (before !== null) tell(group, differences(before, next), CHANGEABLE);
    for (const listener of group.listeners) await tellOfOwn(listener, snapshot);
    for (const [serverId, lists] of group.early) tellOf(group, serverId, [...lists]);
    group.early.clear();
  }

  /** What the first of the listeners may see whose token is still good. */
  async #snapshotOf({ listeners }: Group): Promise<Snapshot | null> {
    for (const { slug, access } of listeners) {
      const current = await this.#authority.authenticateHash(slug, access.token.hash)
        .catch(() => null);
      if (current !== null) return current.snapshot;
    }
    return null;
  }

  async #installedIn(snapshot: Snapshot): Promise<Map<ServerId, Installed>> {
    const installed = new Map<ServerId, Installed>();
    for (const server of snapshot.servers.values()) {
      const open = await snapshot.opened(server).catch(() => null);
      // One whose secrets cannot be opened is not reachable for anybody.
      if (open === null) continue;
      const target = await snapshot.target(server, null).catch(() => null);
      installed.set(server.id, {
        slug: server.slug,
        fingerprint: JSON.stringify([
          open.sharedFingerprint,
          server.updatedAt,
          snapshot.rules.get(server.slug) ?? null,
        ]),
        watch: target === null ? null : this.#watches().watch(target),
      });
    }
    return installed;
  }
}

async function begun(group: Group): Promise<void> {
  await group.seen.promise;
  await Promise.all([...group.installed?.values() ?? []].map(({ watch }) => watch?.begun()));
}

function endWatches(installed: ReadonlyMap<ServerId, Installed> | null): void {
  for (const { watch } of installed?.values() ?? []) watch?.[Symbol.dispose]();
}

/** The slugs of servers that came, went or changed. */
function differences(
  before: ReadonlyMap<ServerId, Installed>,
  after: ReadonlyMap<ServerId, Installed>,
): string[] {
  const ids = new Set([...before.keys(), ...after.keys()]);
  return [...ids].flatMap((id) => {
    const [old, now] = [before.get(id), after.get(id)];
    if (old?.fingerprint === now?.fingerprint) return [];
    return [now?.slug ?? old?.slug ?? ""];
  });
}

function keepEarly({ early }: Group, serverId: ServerId, list: Changeable): void {
  early.set(serverId, (early.get(serverId) ?? new Set()).add(list));
}

function tellOf(group: Group, serverId: ServerId, lists: readonly Changeable[]): void {
  const installed = group.installed?.get(serverId);
  if (installed !== undefined) tell(group, [installed.slug], lists);
}

function tell(group: Group, slugs: readonly string[], lists: readonly Changeable[]): void {
  for (const listener of group.listeners) tellOne(listener, slugs, lists);
}

function tellOne(listener: Joined, slugs: readonly string[], lists: readonly Changeable[]): void {
  const { server } = listener.scope;
  const isShown = server === null ? slugs.length > 0 : slugs.includes(server);
  if (isShown) gather(listener, lists);
}

/** Tells one listener of what changed for its token alone. */
async function tellOfOwn(listener: Joined, snapshot: Snapshot): Promise<void> {
  const before = await listener.own;
  const now = await ownView({ snapshot, token: listener.access.token });
  listener.own = Promise.resolve(now);
  if (now.policy !== before.policy) return gather(listener, CHANGEABLE);
  tellOne(listener, changedWays(before, now), CHANGEABLE);
}

/** Tells soon, together with what else happens until then. */
function gather(listener: Joined, lists: readonly Changeable[]): void {
  for (const list of lists) listener.due.add(list);
  listener.timer ??= afterAbout(GATHER_MS, () => {
    listener.timer = null;
    const due = CHANGEABLE.filter((list) => listener.due.has(list));
    listener.due.clear();
    for (const list of due) listener.notify(changeOf(list));
  });
}
