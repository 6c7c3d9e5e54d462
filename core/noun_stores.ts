import { AdminStore } from "./admins/admin_store.ts";
import { ArgumentStore } from "./arguments/argument_store.ts";
import { AuditStore } from "./audit/audit_store.ts";
import { PinStore } from "./definitions/pin_store.ts";
import { EventStore } from "./events/event_store.ts";
import type { Store } from "./kv/open_store.ts";
import { MemberSecretStore } from "./members/member_secret_store.ts";
import { MemberStore } from "./members/member_store.ts";
import { SelfSessionStore } from "./members/self_session_store.ts";
import { KeyCheckStore } from "./secrets/key_check_store.ts";
import type { Keyring } from "./secrets/keyring.ts";
import { NameIndex } from "./overview/name_index.ts";
import { SealedRecordStore } from "./secrets/sealed_record_store.ts";
import { SecretStore } from "./secrets/secret_store.ts";
import { ServerHealthStore } from "./servers/server_health_store.ts";
import { ServerStore } from "./servers/server_store.ts";
import { MemberSessionStore } from "./sessions/member_session_store.ts";
import { TokenListStore } from "./tokens/token_list_store.ts";
import { TokenStore } from "./tokens/token_store.ts";
import { webhookStores } from "./webhooks/webhook_stores.ts";
import { InstallStore } from "./workspaces/install_store.ts";
import { WorkspaceStore } from "./workspaces/workspace_store.ts";
import { WorkspaceSummaryStore } from "./workspaces/workspace_summary_store.ts";

/** What stores need beside the store itself. */
interface StoreInputs {
  keyring: Keyring;
  instanceId: string;
  now: () => Date;
}

/**
 * Builds the stores of all nouns on an open store, with the audit log that they commit to and the
 * index of their names.
 */
export function createNounStores(
  { kv }: Pick<Store, "kv">,
  { keyring, instanceId, now }: StoreInputs,
) {
  const audit = new AuditStore(kv, { keyring, now });
  const events = new EventStore(kv, now);
  const workspaces = new WorkspaceStore(kv, audit);
  const servers = new ServerStore(kv, audit);
  const members = new MemberStore(kv, audit);
  return {
    audit,
    events,
    workspaces,
    workspaceSummaries: new WorkspaceSummaryStore(kv),
    installs: new InstallStore(kv, audit),
    servers,
    health: new ServerHealthStore(kv, { instanceId, events, now }),
    secrets: new SecretStore(kv, audit),
    memberSecrets: new MemberSecretStore(kv, audit),
    selfSessions: new SelfSessionStore(kv),
    tokens: new TokenStore(kv, audit),
    tokenLists: new TokenListStore(kv),
    pins: new PinStore(kv, { audit, events }),
    members,
    names: new NameIndex({ audit, workspaces, servers, members }),
    memberSessions: new MemberSessionStore(kv),
    admins: new AdminStore(kv, audit),
    callArguments: new ArgumentStore(kv, { audit, keyring, now }),
    keyChecks: new KeyCheckStore(kv),
    sealed: new SealedRecordStore(kv),
    ...webhookStores({ kv }, { audit, events, now }),
  };
}

/** The stores of all nouns. */
export type NounStores = ReturnType<typeof createNounStores>;
