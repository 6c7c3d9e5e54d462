import type { SharedReads } from "../kv/shared_reads.ts";
import { keys } from "../kv/keys.ts";
import type { Keyring } from "../secrets/keyring.ts";
import { Readiness } from "./readiness.ts";

/** What must be there before requests can be answered. */
interface Parts {
  reads: SharedReads;
  keyring: Keyring;
  callLog: { isFull: boolean };
}

/** The readiness of a process: its store answers, its keys are loaded, its log has room. */
export function createReadiness({ reads, keyring, callLog }: Parts): Readiness {
  return new Readiness([
    {
      name: "store",
      // Whether there is such a record does not matter: that the store answers does.
      holds: async () => await reads.get(keys.keyCheck(keyring.primaryId)) !== null,
    },
    {
      name: "keyring",
      holds: async () => (await keyring.derive(keyring.primaryId, "readiness")).length === 32,
    },
    { name: "call_log", holds: () => !callLog.isFull },
  ]);
}
