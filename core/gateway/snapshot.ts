import type { ArgumentSeal } from "../arguments/argument_seal.ts";
import type { ArgumentStore } from "../arguments/argument_store.ts";
import type { PinStore } from "../definitions/pin_store.ts";
import { GatewayError } from "../errors.ts";
import type { MemberKey } from "../members/member_key.ts";
import type { ToolPolicy } from "../policies/tool_policy.ts";
import { type DisabledServer, isDisabled, type Server } from "../servers/server.ts";
import type { ServerStore } from "../servers/server_store.ts";
import type { Token } from "../tokens/token.ts";
import type { TokenStore } from "../tokens/token_store.ts";
import { OpenServer, type TargetSources } from "../upstream/open_target.ts";
import type { Target } from "../upstream/upstream.ts";
import type { InstallStore } from "../workspaces/install_store.ts";
import type { Install, Workspace } from "../workspaces/workspace.ts";

/** Where a snapshot reads from. */
export interface SnapshotSources extends TargetSources {
  installs: InstallStore;
  servers: ServerStore;
  tokens: TokenStore;
  pins: PinStore;
  callArguments: ArgumentStore;
}

/** How an install limits what is shown; one that does not has no such rules. */
export interface InstallRules {
  policy: ToolPolicy | null;
  /** The revision of the server's pins where changed definitions are held; else `null`. */
  pinRevision: number | null;
}

/** What is installed in a workspace. */
interface Installed {
  servers: readonly Server[];
  installs: readonly Install[];
  rules: ReadonlyMap<string, InstallRules>;
}

/** How many tokens, and how many targets, one snapshot remembers. */
const MAX_TOKENS = 10_000;

/**
 * A workspace's configuration as it was at one epoch, or later.
 *
 * Tokens and opened secrets are read when they are first needed and live as long
 * as the snapshot: the next epoch throws all of it away together. Who listens for long holds
 * the snapshot that it was let in with, which is closed then and remembers nothing.
 */
export class Snapshot {
  readonly workspace: Workspace;
  readonly epoch: bigint;
  /** Installed servers that may be called, by slug, in the order of their slugs. */
  readonly servers: ReadonlyMap<string, Server>;
  /** Installed servers that are disabled, in the same order. */
  readonly disabled: ReadonlyMap<string, DisabledServer>;
  /** What an admin said of each installed server, by its slug. */
  readonly installs: ReadonlyMap<string, Install>;
  /** The rules of installs that have any, by their server's slug. */
  readonly rules: ReadonlyMap<string, InstallRules>;
  readonly #sources: SnapshotSources;
  readonly #tokens = new Map<string, Promise<Token | null>>();
  readonly #open = new Map<string, Promise<OpenServer>>();
  readonly #targets = new Map<string, Promise<Target | GatewayError>>();
  readonly #seals = new Map<string, Promise<ArgumentSeal | null>>();
  #isClosed = false;

  constructor(
    workspace: Workspace,
    epoch: bigint,
    { servers, installs, rules }: Installed,
    sources: SnapshotSources,
  ) {
    this.rules = rules;
    this.workspace = workspace;
    this.epoch = epoch;
    const sorted = servers.toSorted((a, b) => a.slug < b.slug ? -1 : 1);
    this.servers = new Map(
      sorted.filter(({ disabled }) => disabled === null).map((server) => [server.slug, server]),
    );
    this.disabled = new Map(sorted.filter(isDisabled).map((server) => [server.slug, server]));
    const byServer = new Map(installs.map((install) => [install.serverId, install]));
    this.installs = new Map(sorted.flatMap(({ id, slug }) => {
      const install = byServer.get(id);
      return install === undefined ? [] : [[slug, install]];
    }));
    this.#sources = sources;
  }

  /** Reads what is installed in a workspace, after its epoch was read. */
  static async load(
    workspace: Workspace,
    epoch: bigint,
    sources: SnapshotSources,
  ): Promise<Snapshot> {
    const installs = await sources.installs.listByWorkspace(workspace.id);
    const servers = await sources.servers.getMany(installs.map(({ serverId }) => serverId));
    const rules = await rulesOf(installs, servers, sources);
    return new Snapshot(workspace, epoch, { servers, installs, rules }, sources);
  }

  /** The token with this hash, in whatever workspace and state it is. */
  async token(hash: string): Promise<Token | null> {
    const token = await remember(
      this.#kept(this.#tokens),
      hash,
      () => this.#sources.tokens.findByHash(hash),
    );
    // Whoever tries tokens must not push those of members out.
    if (token === null) this.#tokens.delete(hash);
    return token;
  }

  /** An installed server with what is shared of its secrets opened. Throws `internal`. */
  opened(server: Server): Promise<OpenServer> {
    return remember(
      this.#kept(this.#open),
      server.slug,
      () => OpenServer.open(this.#sources, server),
    );
  }

  /**
   * An installed server with its secrets opened, as a member reaches it, or for `null` in
   * nobody's name. One that no member has a secret of their own for is the same for all.
   * Throws `secret_missing`.
   */
  async target(server: Server, member: MemberKey | null): Promise<Target> {
    const { slug } = server;
    const open = await this.opened(server);
    const isOwn = member !== null && open.isPerMember;
    const target = isOwn
      ? await remember(this.#kept(this.#targets), JSON.stringify([slug, member]), () => {
        return orMissing(() => open.forMember(member));
      })
      : await remember(this.#kept(this.#targets), slug, () => orMissing(() => open.forNobody()));
    if (target instanceof GatewayError) throw target;
    return target;
  }

  /** What seals arguments of calls; `null` where none are kept. Throws `internal`. */
  argumentSeal(): Promise<ArgumentSeal | null> {
    const { id } = this.workspace;
    return remember(this.#kept(this.#seals), id, () => this.#sources.callArguments.openKey(id));
  }

  /** Forgets what is open. What is asked for later is read anew, and not remembered. */
  close(): void {
    this.#isClosed = true;
    this.#tokens.clear();
    this.#open.clear();
    this.#targets.clear();
    this.#seals.clear();
  }

  #kept<T>(kept: Map<string, T>): Map<string, T> {
    return this.#isClosed ? new Map() : kept;
  }
}

/** What is missing is remembered as what is there: the epoch moves when somebody sets it. */
async function orMissing(open: () => Target | Promise<Target>): Promise<Target | GatewayError> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof GatewayError && error.code === "secret_missing") return error;
    throw error;
  }
}

async function rulesOf(
  installs: readonly Install[],
  servers: readonly Server[],
  { pins }: SnapshotSources,
): Promise<Map<string, InstallRules>> {
  const held = installs.filter(({ onChange }) => onChange === "hold");
  const heads = await pins.heads(held.map(({ serverId }) => serverId));
  const slugs = new Map(servers.map(({ id, slug }) => [id, slug]));

  const rules = new Map<string, InstallRules>();
  for (const { serverId, policy, onChange } of installs) {
    const slug = slugs.get(serverId);
    if (slug === undefined || (policy === null && onChange !== "hold")) continue;
    const pinRevision = heads.get(serverId)?.revision ?? null;
    rules.set(slug, { policy, pinRevision });
  }
  return rules;
}

/** Keeps what `read` gives, unless it fails; the oldest makes room for the newest. */
function remember<T>(
  kept: Map<string, Promise<T>>,
  key: string,
  read: () => Promise<T>,
): Promise<T> {
  const known = kept.get(key);
  if (known !== undefined) return known;

  const oldest = kept.keys().next();
  if (kept.size >= MAX_TOKENS && !oldest.done) kept.delete(oldest.value);
  const value = read();
  kept.set(key, value);
  value.catch(() => kept.delete(key));
  return value;
}
