import { createGitHubSignIns, type GitHubSignIns } from "./admins/github_sign_ins.ts";
import { SessionChecks } from "./admins/session_checks.ts";
import { createRollups, type RollupServices } from "./analytics/create_rollups.ts";
import type { RememberedTallies } from "./analytics/remembered_tallies.ts";
import { CallFeed } from "./calls/call_feed.ts";
import { AuditChecks } from "./audit/audit_checks.ts";
import { AuditExports } from "./audit/audit_exports.ts";
import { CallHistory } from "./calls/call_history.ts";
import { CallLog } from "./calls/call_log.ts";
import { CallTrimStore } from "./calls/call_trim_store.ts";
import { LogTrimmer } from "./calls/log_trimmer.ts";
import { CallStreams } from "./calls/call_streams.ts";
import { CallQueries } from "./calls/call_queries.ts";
import { type Config, withBoundPort } from "./config.ts";
import { eachMinute } from "./each_minute.ts";
import { LeakReports } from "./events/leak_reports.ts";
import { Authority } from "./gateway/authority.ts";
import { CallLimits } from "./gateway/call_limits.ts";
import { ClientAsks } from "./gateway/client_asks.ts";
import { ClientLines } from "./gateway/client_lines.ts";
import { createGateway } from "./gateway/create_gateway.ts";
import type { Gateway } from "./gateway/gateway.ts";
import { InFlight } from "./gateway/in_flight.ts";
import { InstanceMail } from "./gateway/instance_mail.ts";
import { OpenStreams } from "./gateway/open_streams.ts";
import type { Log } from "./gateway/rpc_reply.ts";
import { RefusedTokens } from "./gateway/refused_tokens.ts";
import { SnapshotSweep } from "./gateway/snapshot_sweep.ts";
import { Egress } from "./egress/egress.ts";
import { type Network, SYSTEM_NETWORK } from "./egress/network.ts";
import { randomText } from "./ids.ts";
import { LeaseStore } from "./kv/lease_store.ts";
import { LiveStreams } from "./live/live_streams.ts";
import { Mailboxes } from "./kv/mailboxes.ts";
import type { Store } from "./kv/open_store.ts";
import { SharedReads } from "./kv/shared_reads.ts";
import { Signals } from "./kv/signals.ts";
import { createNounStores, type NounStores } from "./noun_stores.ts";
import { LookUpCosts } from "./limits/look_up_costs.ts";
import { QuotaStore } from "./limits/quota_store.ts";
import { createRecentReports, type RecentReports } from "./overview/recent_reports.ts";
import { Quotas } from "./limits/quotas.ts";
import { SlotStore } from "./limits/slot_store.ts";
import { Slots } from "./limits/slots.ts";
import { KnownDefinitions } from "./definitions/known_definitions.ts";
import { KeyRotation } from "./secrets/key_rotation.ts";
import type { Keyring } from "./secrets/keyring.ts";
import { AddressRules } from "./servers/address_rules.ts";
import { createSinks, type Sinks } from "./sinks/create_sinks.ts";
import { ListVersionStore } from "./servers/list_version_store.ts";
import { ClientSessions } from "./sessions/client_sessions.ts";
import { EndedSessionStore } from "./sessions/ended_session_store.ts";
import { ListeningStore } from "./sessions/listening_store.ts";
import { SessionStates } from "./sessions/session_states.ts";
import { SessionStateStore } from "./sessions/session_state_store.ts";
import { Backlogs } from "./telemetry/backlogs.ts";
import { createReadiness } from "./telemetry/create_readiness.ts";
import type { Metrics } from "./telemetry/metrics.ts";
import { beginObserving } from "./telemetry/observing.ts";
import { addProcessMetrics } from "./telemetry/process_metrics.ts";
import type { Readiness } from "./telemetry/readiness.ts";
import type { Telemetry } from "./telemetry/telemetry.ts";
import { CallObserver } from "./upstream/call_observer.ts";
import { Connector } from "./upstream/connector.ts";
import { HttpClient } from "./upstream/http_client.ts";
import { ServerTrials } from "./upstream/server_trials.ts";
import type { Fetch } from "./upstream/upstream.ts";
import type { Alerting } from "./webhooks/alerting.ts";
import { createAlerting } from "./webhooks/create_alerting.ts";

/** What core is given by the outside: nothing in it reads these from a global. */
export interface ServiceInputs {
  config: Config;
  store: Store;
  keyring: Keyring;
  fetch: Fetch;
  /** The machine's own, unless said otherwise. */
  network?: Network;
  /** Where traces and metrics go; nowhere, unless said otherwise. */
  telemetry?: Telemetry;
  /** How long a page waits for a report of now; as long as it takes, unless said otherwise. */
  patienceMs?: number;
  now: () => Date;
  log: Log;
}

/** Everything that handlers and pages work with. */
export interface Services extends ServiceInputs, NounStores, Sinks, RecentReports {
  /** Counts how often members change secrets of their own. */
  ownChanges: Quotas;
  definitions: KnownDefinitions;
  keyRotation: KeyRotation;
  addresses: AddressRules;
  /** Tries servers that are not registered. */
  trials: ServerTrials;
  callLog: CallLog;
  callQueries: CallQueries;
  /** Verifies the audit log, and remembers what was found. */
  auditChecks: AuditChecks;
  auditExports: AuditExports;
  callHistory: CallHistory;
  callStreams: CallStreams;
  /** Tells pages that something changed. */
  liveStreams: LiveStreams;
  /** Where reports get their numbers from. */
  tallies: RememberedTallies;
  /** What adds the log of calls up. */
  rollups: RollupServices;
  leaks: LeakReports;
  /** Finds alerts and sends them. */
  alerting: Alerting;
  gateway: Gateway;
  telemetry: Telemetry;
  /** What this process counts of itself. */
  metrics: Metrics;
  /** Whether this process should be sent requests. */
  readiness: Readiness;
  /** How admins sign in with GitHub; `null` where they do not. */
  gitHub: GitHubSignIns | null;
  /** Who is signed in to the dashboard, as GitHub says now. */
  sessionChecks: SessionChecks;
  /** What addresses cost by bearers that open nothing. */
  lookUps: LookUpCosts;
  /** Does what is due and nobody woke, and waits for it; `main.ts` calls it each minute. */
  everyMinute(): Promise<void>;
  /** Says at which port the server really listens. */
  boundTo(port: number): void;
  /** Takes no more calls, finishes what runs, flushes, and closes the store. */
  close(): Promise<void>;
}

/** How long running calls may take to finish once the process is told to end. */
const GRACE_MS = 3_500;

/** Builds the services on an open store. */
export function createServices(inputs: ServiceInputs): Services {
  const { store, keyring, network = SYSTEM_NETWORK, now, log } = inputs;
  // One object for all, since the port is known only once the server listens.
  const config = { ...inputs.config };
  const { kv } = store;
  const observing = beginObserving(inputs.telemetry);
  const reads = new SharedReads(store.epochKv);
  const signals = new Signals(store, reads, { log });
  const instanceId = randomText(16, "0123456789abcdefghijklmnopqrstuvwxyz");
  const mailboxes = new Mailboxes(store, signals, { instanceId, now, log });

  const quotaStore = new QuotaStore(kv);
  const stores = createNounStores(store, { keyring, instanceId, now });
  const keyRotation = new KeyRotation({ ...stores, keyring, now, log });
  const addresses = new AddressRules({
    allowPrivate: config.allowPrivateUpstreams,
    ports: config.upstreamPorts,
    lookup: network.lookup,
  });
  const egress = new Egress({ config, fetch: inputs.fetch, network, rules: addresses, log });
  const { fetch } = egress;
  const leases = new LeaseStore(kv, { instanceId, now });
  const sending = { fetch, addresses, keyring, leases, signals, now, log };
  const leaks = new LeakReports({ ...stores, now, log });
  const callQueries = new CallQueries(kv, now);
  const rollups = createRollups({ kv, workspaces: stores.workspaces, leases, now, log });
  const alerting = createAlerting({
    ...stores,
    ...sending,
    callQueries,
    callFeed: new CallFeed(kv),
  });
  const trimmer = new LogTrimmer({
    ...{ workspaces: stores.workspaces, leases, now, log },
    trim: new CallTrimStore(kv),
    countedBefore: (id) => rollups.rollups.countedBefore(id),
  });
  const recentReports = createRecentReports({ patienceMs: inputs.patienceMs ?? null, now });
  const callStreams = new CallStreams({ ...stores, calls: callQueries, signals, now });
  const auditExports = new AuditExports(stores.audit);
  const liveStreams = new LiveStreams({ ...stores, signals });
  stores.audit.onEntry(() => alerting.wake());
  const callLog = new CallLog(kv);
  callLog.onCommitted(rollups.recorded);
  const mail = new InstanceMail(mailboxes, instanceId, log);
  const asks = new ClientAsks(mail);
  const lines = new ClientLines({ mail, asks, listening: new ListeningStore(kv), log });
  const states = new SessionStates(new SessionStateStore(kv), mail);
  const connector = new Connector({
    http: new HttpClient(egress.fetch, addresses, leaks),
    now,
    unsolicited: lines,
    recall: (owner) => states.get(owner),
    health: stores.health,
    observer: new CallObserver(observing),
    log,
  });
  const out = createSinks({ ...stores, store, addresses, keyring, fetch, instanceId, now, log });
  callLog.onCommitted((workspaces) => out.sinkSender.recorded(workspaces));
  const lookUps = new LookUpCosts(now);
  const gitHub = createGitHubSignIns(inputs.config.gitHub, inputs.fetch);
  const sessionChecks = new SessionChecks({ ...stores, gitHub, keyring, leases, now, log });
  const authority = new Authority({
    workspaces: stores.workspaces,
    sources: { ...stores, config, keyring },
    reads,
    lookUps,
    refused: new RefusedTokens({ callLog, now, log }),
    now,
  });
  const sweeping = new SnapshotSweep(authority);
  const limits = new CallLimits({
    requests: new Quotas(quotaStore, now),
    tools: new Quotas(quotaStore, now),
    slots: new Slots(new SlotStore(kv, { instanceId, now }), { now, log }),
  });
  const trials = new ServerTrials({ fetch, addresses, quotas: new Quotas(quotaStore, now), now });
  const definitions = new KnownDefinitions({ pins: stores.pins, now, log });
  const openStreams = new OpenStreams(authority, signals);
  const inFlight = new InFlight(mail);
  addProcessMetrics(observing.metrics, { inFlight, openStreams, callLog, connector });
  const backlogs = new Backlogs(observing.metrics, { ...stores, ...out, ...rollups, now });
  const readiness = createReadiness({ reads, keyring, callLog });
  const gateway = createGateway({
    observing,
    config,
    definitions,
    authority,
    connector,
    callLog,
    limits,
    sessions: new ClientSessions(keyring, new EndedSessionStore(kv), now),
    openStreams,
    states,
    inFlight,
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
    readiness.stop();
    recentReports.closeRecentReports();
    trials.close();
    await keyRotation.close();
    await sweeping.close();
    const streams = [callStreams, auditExports, liveStreams];
    await Promise.all([gateway.close(GRACE_MS), ...streams.map((each) => each.close())]);
    await callLog.close();
    await Promise.all([rollups.close(), trimmer.close()]);
    await limits.close();
    await connector.close();
    await leaks.close();
    await Promise.all([alerting.close(), out.sinkSender.close()]);
    await egress.close();
    await mailboxes.close();
    await signals.close();
    await backlogs.close();
    await reads.close();
    store.close();
    await rollups.ended();
  }

  return {
    ...inputs,
    ...stores,
    ...out,
    ownChanges: new Quotas(quotaStore, now),
    definitions,
    config,
    fetch,
    addresses,
    trials,
    callLog,
    callQueries,
    auditChecks: new AuditChecks(stores.audit, now),
    auditExports,
    callHistory: new CallHistory(kv),
    callStreams,
    liveStreams,
    tallies: rollups.tallies,
    ...recentReports,
    rollups,
    leaks,
    keyRotation,
    alerting,
    gateway,
    telemetry: observing.telemetry,
    metrics: observing.metrics,
    readiness,
    gitHub,
    sessionChecks,
    lookUps,
    everyMinute: () => eachMinute([alerting, rollups.minutely, trimmer, out.sinkSender.minutely]),
    boundTo: (port) => void Object.assign(config, withBoundPort(config, port)),
    close,
  };
}
