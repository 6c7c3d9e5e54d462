import type { AuditStore } from "../audit/audit_store.ts";
import type { MemberStore } from "../members/member_store.ts";
import type { ServerStore } from "../servers/server_store.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";

/** What a thing of the gateway is known by. */
export interface Named {
  kind: "server" | "workspace" | "member";
  name: string;
  /** The slug, or the address of a person. */
  key: string;
}

interface Deps {
  audit: AuditStore;
  servers: ServerStore;
  workspaces: WorkspaceStore;
  members: MemberStore;
}

/**
 * The names of all servers, workspaces and people, for a search at each key that is pressed.
 *
 * They are read again when the audit log has grown: whatever is added, renamed or removed is in
 * its commit an entry there. The place of the log is read first, so names are at least as new.
 */
export class NameIndex {
  readonly #deps: Deps;
  #known: { at: string | null; names: Promise<Named[]> } | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** All names, as they are now. */
  async read(): Promise<Named[]> {
    const { versionstamp: at } = await this.#deps.audit.head();
    if (this.#known?.at === at) return await this.#known.names;

    const known = { at, names: this.#list() };
    this.#known = known;
    known.names.catch(() => this.#known === known && (this.#known = null));
    return await known.names;
  }

  async #list(): Promise<Named[]> {
    const { servers, workspaces, members } = this.#deps;
    const [ofServers, ofWorkspaces, people] = await Promise.all([
      servers.listAll(),
      workspaces.listAll(),
      members.people(),
    ]);
    return [
      ...ofServers.map(({ slug, name }): Named => ({ kind: "server", name, key: slug })),
      ...ofWorkspaces.map(({ slug, name }): Named => ({ kind: "workspace", name, key: slug })),
      ...people.map(({ email }): Named => ({ kind: "member", name: email, key: email })),
    ];
  }
}
