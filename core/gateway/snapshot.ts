import type { Keyring } from "../secrets/keyring.ts";
import type { SecretStore } from "../secrets/secret_store.ts";
import type { Server } from "../servers/server.ts";
import type { ServerStore } from "../servers/server_store.ts";
import type { Token } from "../tokens/token.ts";
import type { TokenStore } from "../tokens/token_store.ts";
import { openTarget } from "../upstream/open_target.ts";
import type { Target } from "../upstream/upstream.ts";
import type { InstallStore } from "../workspaces/install_store.ts";
import type { Workspace } from "../workspaces/workspace.ts";

/** Where a snapshot reads from. */
export interface SnapshotSources {
  installs: InstallStore;
  servers: ServerStore;
  secrets: SecretStore;
  tokens: TokenStore;
  keyring: Keyring;
}

/** How many tokens, known or not, one snapshot remembers. */
const MAX_TOKENS = 10_000;

/**
 * A workspace's configuration as it was at one epoch, or later.
 *
 * Tokens and opened secrets are read when they are first needed and live as long
 * as the snapshot: the next epoch throws all of it away together.
 */
export class Snapshot {
  readonly workspace: Workspace;
  readonly epoch: bigint;
  /** Installed servers by slug, in the order of their slugs. */
  readonly servers: ReadonlyMap<string, Server>;
  readonly #sources: SnapshotSources;
  readonly #tokens = new Map<string, Promise<Token | null>>();
  readonly #targets = new Map<string, Promise<Target>>();

  constructor(
    workspace: Workspace,
    epoch: bigint,
    servers: readonly Server[],
    sources: SnapshotSources,
  ) {
    this.workspace = workspace;
    this.epoch = epoch;
    this.servers = new Map(
      servers.toSorted((a, b) => a.slug < b.slug ? -1 : 1).map((server) => [server.slug, server]),
    );
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
    return new Snapshot(workspace, epoch, servers, sources);
  }

  /** The token with this hash, in whatever workspace and state it is. */
  token(hash: string): Promise<Token | null> {
    return remember(this.#tokens, hash, () => this.#sources.tokens.findByHash(hash));
  }

  /** An installed server with its secrets opened. */
  target(server: Server): Promise<Target> {
    return remember(this.#targets, server.slug, () => openTarget(this.#sources, server));
  }
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
