import { AdminStore } from "./admins/admin_store.ts";
import { CallLog } from "./calls/call_log.ts";
import { CallQueries } from "./calls/call_queries.ts";
import { RETENTION_DAYS } from "./calls/period.ts";
import { type Config, withBoundPort } from "./config.ts";
import { Authority } from "./gateway/authority.ts";
import { ClientAsks } from "./gateway/client_asks.ts";
import { ClientLines } from "./gateway/client_lines.ts";
import { createGateway } from "./gateway/create_gateway.ts";
import type { Gateway } from "./gateway/gateway.ts";
import { InFlight } from "./gateway/in_flight.ts";
import { InstanceMail } from "./gateway/instance_mail.ts";
import { OpenStreams } from "./gateway/open_streams.ts";
import type { Log } from "./gateway/rpc_reply.ts";
import { randomText } from "./ids.ts";
import { Mailboxes } from "./kv/mailboxes.ts";
import type { Store } from "./kv/open_store.ts";
import { SharedReads } from "./kv/shared_reads.ts";
import { Signals } from "./kv/signals.ts";
import type { Keyring } from "./secrets/keyring.ts";
import { SecretStore } from "./secrets/secret_store.ts";
import { AddressRules } from "./servers/address_rules.ts";
import { ServerHealthStore } from "./servers/server_health_store.ts";
import { ListVersionStore } from "./servers/list_version_store.ts";
import { ServerStore } from "./servers/server_store.ts";
import { ClientSessions } from "./sessions/client_sessions.ts";
import { EndedSessionStore } from "./sessions/ended_session_store.ts";
import { ListeningStore } from "./sessions/listening_store.ts";
import { SessionStates } from "./sessions/session_states.ts";
import { SessionStateStore } from "./sessions/session_state_store.ts";
import { TokenStore } from "./tokens/token_store.ts";
import { Connector } from "./upstream/connector.ts";
import { HttpClient } from "./upstream/http_client.ts";
import type { Fetch } from "./upstream/upstream.ts";
import { InstallStore } from "./workspaces/install_store.ts";
import { WorkspaceStore } from "./workspaces/workspace_store.ts";

/** What core is given by the outside: nothing in it reads these from a global. */
export interface ServiceInputs {
  config: Config;
  store: Store;
  keyring: Keyring;
  fetch: Fetch;
  now: () => Date;
  log: Log;
}

/** Everything that handlers and pages work with. */
export interface Services extends ServiceInputs {
  workspaces: WorkspaceStore;
  installs: InstallStore;
  servers: ServerStore;
  health: ServerHealthStore;
  secrets: SecretStore;
  tokens: TokenStore;
  admins: AdminStore;
  addresses: AddressRules;
  callLog: CallLog;
  callQueries: CallQueries;
  gateway: Gateway;
  /** Says at which port the server really listens. */
  boundTo(port: number): void;
  /** Takes no more calls, finishes what runs, flushes, and closes the store. */
  close(): Promise<void>;
}

/** How long running calls may take to finish once the process is told to end. */
const GRACE_MS = 3_500;

const INSTANCE_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

/** Builds the services on an open store. */
export function createServices(inputs: ServiceInputs): Services {
  const { store, keyring, fetch, now, log } = inputs;
  // One object for all, since the port is known only once the server listens.
  const config = { ...inputs.config };
  const { kv } = store;
  const reads = new SharedReads(store.epochKv);
  const signals = new Signals(store, reads, { log });
  const instanceId = randomText(16, INSTANCE_ALPHABET);
  const mailboxes = new Mailboxes(store, signals, { instanceId, now, log });

  const stores = {
    workspaces: new WorkspaceStore(kv),
    installs: new InstallStore(kv),
    servers: new ServerStore(kv),
    health: new ServerHealthStore(kv, { instanceId, now }),
    secrets: new SecretStore(kv),
    tokens: new TokenStore(kv),
    admins: new AdminStore(kv),
  };
  const addresses = new AddressRules({ allowPrivate: config.allowPrivateUpstreams });
  const callLog = new CallLog(kv, { retentionDays: RETENTION_DAYS });
  const mail = new InstanceMail(mailboxes, instanceId, log);
  const asks = new ClientAsks(mail);
  const lines = new ClientLines({ mail, asks, listening: new ListeningStore(kv), log });
  const states = new SessionStates(new SessionStateStore(kv), mail);
  const connector = new Connector({
    http: new HttpClient(fetch, addresses),
    now,
    unsolicited: lines,
    recall: (owner) => states.get(owner),
    health: stores.health,
    log,
  });
  const authority = new Authority({
    workspaces: stores.workspaces,
    sources: { ...stores, keyring },
    reads,
    now,
  });
  const gateway = createGateway({
    config,
    authority,
    connector,
    callLog,
    sessions: new ClientSessions(keyring, new EndedSessionStore(kv), now),
    openStreams: new OpenStreams(authority, signals),
    states,
    inFlight: new InFlight(mail),
    mail,
    asks,
    lines,
    keyring,
    listVersions: new ListVersionStore(kv, reads),
    signals,
    now,
    log,
  });

  async function close(): Promise<void> {
    await gateway.close(GRACE_MS);
    await callLog.close();
    await connector.close();
    await mailboxes.close();
    await signals.close();
    store.close();
  }

  return {
    ...inputs,
    ...stores,
    config,
    addresses,
    callLog,
    callQueries: new CallQueries(kv),
    gateway,
    boundTo: (port) => void Object.assign(config, withBoundPort(config, port)),
    close,
  };
}
