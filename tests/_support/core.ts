import { SessionChecks } from "../../core/admins/session_checks.ts";
import { AdminStore } from "../../core/admins/admin_store.ts";
import type { Actor } from "../../core/audit/actor.ts";
import { AuditStore } from "../../core/audit/audit_store.ts";
import { PinStore } from "../../core/definitions/pin_store.ts";
import { EventStore } from "../../core/events/event_store.ts";
import { keys } from "../../core/kv/keys.ts";
import { LeaseStore } from "../../core/kv/lease_store.ts";
import type { WorkspaceId } from "../../core/ids.ts";
import { LookUpCosts } from "../../core/limits/look_up_costs.ts";
import { QuotaStore } from "../../core/limits/quota_store.ts";
import { Quotas } from "../../core/limits/quotas.ts";
import { MemberStore } from "../../core/members/member_store.ts";
import { MemberSecretStore } from "../../core/members/member_secret_store.ts";
import { Keyring } from "../../core/secrets/keyring.ts";
import { SecretStore } from "../../core/secrets/secret_store.ts";
import { AddressRules } from "../../core/servers/address_rules.ts";
import { registerServer } from "../../core/servers/register_server.ts";
import type { Server } from "../../core/servers/server.ts";
import { ServerHealthStore } from "../../core/servers/server_health_store.ts";
import { ServerStore } from "../../core/servers/server_store.ts";
import { MemberSessionStore } from "../../core/sessions/member_session_store.ts";
import { TokenStore } from "../../core/tokens/token_store.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { InstallStore } from "../../core/workspaces/install_store.ts";
import type { Workspace } from "../../core/workspaces/workspace.ts";
import { WorkspaceStore } from "../../core/workspaces/workspace_store.ts";
import { WorkspaceSummaryStore } from "../../core/workspaces/workspace_summary_store.ts";
import { type MemoryStore, memoryStore } from "./store.ts";

/** When every test begins. */
export const START = new Date("2026-11-22T09:30:00.000Z");

/** Who does what tests prepare. */
export const AN_ADMIN: Actor = {
  kind: "environment",
  id: null,
  name: "AEROSTACK_ADMIN_TOKEN",
  via: "api",
};

/** The addresses that names lead to in tests. */
const NAMES: Record<string, string[]> = {
  "mcp.example.com": ["93.184.216.34", "2606:2800:220:1::1"],
  "other.example.com": ["93.184.216.35"],
  "rebound.example.com": ["93.184.216.34", "10.0.0.7"],
};

/** The stores and what use-cases need beside them, on a store in memory. */
export async function testCore() {
  const store = await memoryStore();
  return coreOn(store);
}
export type TestCore = Awaited<ReturnType<typeof testCore>>;

/** The same on a store that is open already. */
export function coreOn(store: MemoryStore) {
  const { kv } = store;
  let nowMs = START.getTime();
  const now = () => new Date(nowMs);
  const keyring = testKeyring();
  const audit = new AuditStore(kv, { keyring, now });
  const events = new EventStore(kv, now);
  const admins = new AdminStore(kv, audit);
  const leases = new LeaseStore(kv, { instanceId: "test", now });

  return {
    store,
    kv,
    config: {
      publicUrl: "https://gateway.example.com",
      adminToken: "environment-token-0123456789",
    },
    now,
    /** Moves the clock of the test forward. */
    advance: (delayMs: number) => void (nowMs += delayMs),
    keyring,
    audit,
    servers: new ServerStore(kv, audit),
    events,
    health: new ServerHealthStore(kv, { instanceId: "test", events, now }),
    workspaces: new WorkspaceStore(kv, audit),
    workspaceSummaries: new WorkspaceSummaryStore(kv),
    installs: new InstallStore(kv, audit),
    secrets: new SecretStore(kv, audit),
    memberSecrets: new MemberSecretStore(kv, audit),
    tokens: new TokenStore(kv, audit),
    pins: new PinStore(kv, { audit, events }),
    members: new MemberStore(kv, audit),
    memberSessions: new MemberSessionStore(kv),
    admins,
    sessionChecks: new SessionChecks({ admins, gitHub: null, keyring, leases, now, log() {} }),
    lookUps: new LookUpCosts(now),
    ownChanges: new Quotas(new QuotaStore(kv), now),
    addresses: new AddressRules({
      allowPrivate: false,
      lookup: (name) => Promise.resolve(NAMES[name] ?? []),
    }),
    [Symbol.dispose]: () => store.close(),
  };
}

/** A keyring of these ids, each with another key. */
export function testKeyring(...ids: string[]): Keyring {
  const named = ids.length === 0 ? ["default"] : ids;
  return new Keyring(named.map((id, at) => ({ id, bytes: new Uint8Array(32).fill(at + 1) })));
}

/** Registers a server under this slug. */
export function someServer(core: TestCore, slug = "internal-api"): Promise<Server> {
  const url = "https://mcp.example.com/sse";
  return registerServer(core, AN_ADMIN, { slug, name: `Server ${slug}`, url });
}

/** Creates a workspace under this slug. */
export function someWorkspace(core: TestCore, slug = "engineering"): Promise<Workspace> {
  return createWorkspace(core, AN_ADMIN, { slug });
}

/** A workspace's configuration epoch; grows with everything that changes it. */
export async function epochOf(core: TestCore, id: WorkspaceId): Promise<bigint> {
  const { value } = await core.kv.get<Deno.KvU64>(keys.epoch(id));
  return value?.value ?? 0n;
}
