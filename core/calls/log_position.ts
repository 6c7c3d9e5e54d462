/**
 * The place of a call in its workspace's log, as a text that sorts as the log does: its pack's
 * versionstamp, and its number in the pack.
 */
export type LogPosition = string;

/** Before every call there is. */
export const LOG_START: LogPosition = "";

/** The place of one call of a pack. */
export function logPosition(versionstamp: string, index: number): LogPosition {
  return `${versionstamp}.${String(index).padStart(6, "0")}`;
}

/** The first place in the log behind a pack, for the part of a key; as an end, which is exclusive. */
export function behindPack(versionstamp: string): string {
  return `${versionstamp}\0`;
}

/** Behind every call of a pack: no pack has a million. */
const BEHIND_ALL = 999_999;

/** The place behind the last call of a pack. */
export function packEnd(versionstamp: string): LogPosition {
  return logPosition(versionstamp, BEHIND_ALL);
}

/** Whether a place is behind all calls of its pack. */
export function isPackEnd(position: LogPosition): boolean {
  return placeInPack(position).index === BEHIND_ALL;
}

/** The pack in which a place lies, and the number of the call that is there. */
export function placeInPack(position: LogPosition): { versionstamp: string; index: number } {
  const [versionstamp, index] = position.split(".");
  return { versionstamp, index: Number(index) };
}
