import type { Command } from "commander";
import { AuditEntryView } from "../core/audit/audit_entry.ts";
import { changeInWords } from "../core/audit/change_in_words.ts";
import { AuditVerification } from "../core/audit/verify_audit.ts";
import { CliError, EXIT } from "./cli_error.ts";
import { firstLine, formatTable } from "./output.ts";
import type { Session } from "./session.ts";
import { relativeTime, wholeNumber } from "./times.ts";
import { verb } from "./verb.ts";

interface ListOptions {
  actor?: string;
  action?: string;
  subject?: string;
  limit: number;
}

/** Verification reads the whole log. */
const VERIFY_SECONDS = 600;

/** `audit list`, `audit verify`. */
export function addAuditVerbs(audit: Command, session: Session): void {
  verb(audit, "list", "list who changed what, newest first", [
    "aerostack audit list",
    'aerostack audit list --actor "Bob Lee" --action token',
    "aerostack audit list --subject internal-api --json",
  ])
    .option("--actor <name>", "only what this admin did: a name, or an id")
    .option("--action <action>", "only this, such as token.revoke, or token for all of a noun")
    .option("--subject <name>", "only what was done to this: a slug, a name, or an id")
    .option("--limit <number>", "how many", wholeNumber("--limit", 1, 10_000), 50)
    .action((options: ListOptions) => list(session, options));

  verb(audit, "verify", "check that no entry was edited, removed or invented", [
    "aerostack audit verify",
    "aerostack audit verify --expect 120:<hash, as an earlier verify printed it>",
  ])
    .option("--expect <entry>", "an entry noted down earlier, as <number>:<hash>")
    .action(({ expect }: { expect?: string }) => verify(session, expect));
}

async function list(session: Session, { limit, ...filter }: ListOptions): Promise<void> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(filter)) query.set(name, value);
  const api = await session.api();
  const answer = await api.list("/audit", AuditEntryView, limit, query);

  const now = session.terminal.now();
  const rows = answer.value.map((entry) => [
    entry.seq,
    relativeTime(entry.at, now),
    `${entry.actor.name} (${entry.actor.via})`,
    entry.action,
    subjectOf(entry),
    changesOf(entry),
  ]);
  session.show(
    answer.body,
    rows.length > 0
      ? formatTable(["#", "WHEN", "WHO", "DID", "TO", "CHANGED"], rows)
      : "No such entries.",
  );
}

/** What people call it; ids are in `--json`. */
function subjectOf({ subject }: AuditEntryView): string {
  const names = Object.entries(subject).filter(([field]) => !field.endsWith("Id"));
  return names.map(([field, value]) => `${field} ${value}`).join(", ");
}

function changesOf({ changes }: AuditEntryView): string {
  const parts = Object.entries(changes).map(([field, change]) =>
    `${field}: ${changeInWords(change)}`
  );
  return firstLine(parts.join("; "));
}

async function verify(session: Session, expect: string | undefined): Promise<void> {
  const query = expect === undefined ? "" : `?${new URLSearchParams({ expect })}`;
  const api = await session.api();
  const path = `/audit/verify${query}`;
  const answer = await api.send(
    { method: "GET", path, timeoutSeconds: VERIFY_SECONDS },
    AuditVerification,
  );

  const { ok, last, count, problem } = answer.value;
  if (!ok) {
    const where = problem?.seq === null ? "its end" : `entry ${problem?.seq}`;
    const sentence = `The audit log is broken at ${where}: ${problem?.message}.`;
    if (session.json) session.show(answer.body, sentence);
    throw new CliError(EXIT.refused, "audit_broken", sentence);
  }

  session.show(
    answer.body,
    last === null ? "The audit log is empty." : `The audit log is whole: ${count} entries.\n` +
      "Note this down elsewhere, so that an older copy of the store is found, too:\n" +
      `  aerostack audit verify --expect ${last.seq}:${last.hash}`,
  );
}
