import type { AuditStore } from "../audit/audit_store.ts";
import { CallFeed } from "../calls/call_feed.ts";
import type { EventStore } from "../events/event_store.ts";
import { LeaseStore } from "../kv/lease_store.ts";
import type { Store } from "../kv/open_store.ts";
import type { Keyring } from "../secrets/keyring.ts";
import type { AddressRules } from "../servers/address_rules.ts";
import type { Fetch } from "../upstream/upstream.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import { auditStream } from "./audit_stream.ts";
import { callStream } from "./call_stream.ts";
import { eventStream } from "./event_stream.ts";
import { SinkClient } from "./sink_client.ts";
import { SinkProgressStore } from "./sink_progress_store.ts";
import { SinkSender } from "./sink_sender.ts";
import { SinkStore } from "./sink_store.ts";

/** What sinks are made of. */
export interface SinksInputs {
  store: Store;
  audit: AuditStore;
  events: EventStore;
  workspaces: WorkspaceStore;
  addresses: AddressRules;
  keyring: Keyring;
  /** The way out, whose connections are checked. */
  fetch: Fetch;
  instanceId: string;
  now: () => Date;
  log: (line: string) => void;
  /** For how long a sink may be silent. */
  timeoutMs?: number;
}

/** What services have of sinks. */
export interface Sinks {
  sinks: SinkStore;
  sinkProgress: SinkProgressStore;
  sinkClient: SinkClient;
  sinkSender: SinkSender;
}

/** Builds what sends the log elsewhere. */
export function createSinks(inputs: SinksInputs): Sinks {
  const { store: { kv }, audit, events, workspaces, addresses, keyring, fetch, now, log } = inputs;
  const sinks = new SinkStore(kv, audit);
  const sinkProgress = new SinkProgressStore(kv);
  const sinkClient = new SinkClient({ fetch, addresses, now, timeoutMs: inputs.timeoutMs });
  const sinkSender = new SinkSender({
    sinks,
    progress: sinkProgress,
    client: sinkClient,
    calls: callStream({ feed: new CallFeed(kv), workspaces }),
    audit: auditStream({ audit }),
    events: eventStream({ events }),
    leases: new LeaseStore(kv, { instanceId: inputs.instanceId, now }),
    keyring,
    now,
    random: Math.random,
    log,
  });
  return { sinks, sinkProgress, sinkClient, sinkSender };
}
