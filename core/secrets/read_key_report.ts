import { SESSION_LIFETIME_MS } from "../sessions/session.ts";
import { isBeingRetired, type KeyCheck, lastChosen, maySeal } from "./key_check.ts";
import type { KeyCheckStore } from "./key_check_store.ts";
import { type KeyReport, type KeyState, type KeyUse, nextSteps } from "./key_report.ts";
import type { KeyRotation } from "./key_rotation.ts";
import type { Keyring } from "./keyring.ts";
import { open } from "./seal.ts";
import type { SealedRecord, SealedRecordStore } from "./sealed_record_store.ts";

interface Deps {
  keyring: Keyring;
  keyChecks: KeyCheckStore;
  sealed: SealedRecordStore;
  keyRotation: KeyRotation;
  now: () => Date;
}

/** The most records that are named because they cannot be opened. */
const MAX_UNREADABLE = 20;

/** What the store says of its master keys, and what to do next. Reads every sealed record. */
export async function readKeyReport(deps: Deps): Promise<KeyReport> {
  const { keyring, keyChecks, keyRotation, now, sealed } = deps;
  const checks = await keyChecks.list();
  const counts = new Map<string, number>();
  const unreadable: string[] = [];

  for await (const record of sealed.list()) {
    const { content, key } = record;
    if (content !== "damaged") {
      counts.set(content.sealed.keyId, (counts.get(content.sealed.keyId) ?? 0) + 1);
    }
    if (unreadable.length >= MAX_UNREADABLE || await opens(keyring, record)) continue;
    unreadable.push(content === "damaged" ? `record ${JSON.stringify(key)}` : content.label);
  }

  const ids = new Set([...keyring.ids(), ...checks.map(({ keyId }) => keyId), ...counts.keys()]);
  const keys = [...ids].map((id): KeyUse => {
    const check = checks.find(({ keyId }) => keyId === id);
    const state = stateOf(check);
    return {
      id,
      isLoaded: keyring.has(id),
      isPrimary: id === keyring.primaryId,
      state,
      sealed: counts.get(id) ?? 0,
      isRemovable: state === "retired",
      sessionsUntil: id === keyring.primaryId ? null : sessionsUntil(check, now()),
    };
  });

  const report = { keys, isRotating: keyRotation.isRunning, unreadable };
  return { ...report, next: nextSteps(report, lastChosen(checks)?.keyId ?? null) };
}

async function opens(keyring: Keyring, { content }: SealedRecord): Promise<boolean> {
  return content !== "damaged" && await open(keyring, content.context, content.sealed) !== null;
}

function stateOf(check: KeyCheck | undefined): KeyState {
  if (check === undefined) return "unknown";
  if (maySeal(check)) return "in use";
  return isBeingRetired(check) ? "retiring" : "retired";
}

/** Once a key is being retired, no session that it sealed gets older than this. */
function sessionsUntil(check: KeyCheck | undefined, now: Date): string | null {
  if (check === undefined || check.retiringSince === null) return null;
  const untilMs = new Date(check.retiringSince).getTime() + SESSION_LIFETIME_MS;
  return untilMs > now.getTime() ? new Date(untilMs).toISOString() : null;
}
