/** The index that stands for all events of a group. */
const LAST_INDEX = 99;

/** An entry's place in the audit log, as a text that sorts like the log. */
export function auditPlace(seq: number): string {
  return String(seq).padStart(16, "0");
}

/** An event's place in its log, as a text that sorts like the log. */
export function eventPlace(versionstamp: string, index: number): string {
  return `${versionstamp}-${String(Math.min(index, LAST_INDEX)).padStart(2, "0")}`;
}

/** The group of events that a place is in. */
export function versionstampOf(place: string): string {
  return place.split("-")[0];
}
