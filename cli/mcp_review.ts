import type { Command } from "commander";
import {
  DefinitionChangeView,
  type ReviewInput,
  ReviewReport,
} from "../core/definitions/definition_change.ts";
import { apiPath } from "./api_path.ts";
import { wrongUsage } from "./cli_error.ts";
import { count } from "./output.ts";
import type { Session } from "./session.ts";
import { relativeTime } from "./times.ts";
import { verb } from "./verb.ts";

interface ReviewOptions {
  approve?: string[];
  dismiss?: string[];
  all?: boolean;
}

/** How many changes one request decides on. */
const PER_REQUEST = 100;

/** `mcp review`. */
export function addReviewVerb(mcp: Command, session: Session): void {
  verb(mcp, "review <slug>", "show changed definitions of a server's tools, and approve them", [
    "aerostack mcp review db",
    "aerostack mcp review db --approve query --approve 3f9a01c2b4d5",
    "aerostack mcp review db --all",
    "aerostack mcp review db --dismiss query",
  ])
    .option("--approve <change>", "trust this one, by its id or its tool; repeatable", collect)
    .option("--all", "trust all that are shown now")
    .option("--dismiss <change>", "forget it until it is seen again; repeatable", collect)
    .action((slug: string, options: ReviewOptions) => review(session, slug, options));
}

async function review(session: Session, slug: string, options: ReviewOptions): Promise<void> {
  const { approve = [], dismiss = [], all = false } = options;
  if (all && approve.length > 0) {
    throw wrongUsage("--all approves everything; leave --approve out.");
  }

  const path = apiPath`/servers/${slug}/changes`;
  const api = await session.api();
  const changes = await api.list(path, DefinitionChangeView);
  const isShown = !all && approve.length + dismiss.length === 0;
  if (isShown) {
    const now = session.terminal.now();
    return session.show(changes.body, changesInWords(slug, changes.value, now));
  }

  // Nothing is approved that was not there when this list was read.
  const ids = all
    ? changes.value.map(({ id }) => id).filter((id) => !dismiss.includes(id))
    : approve;
  const report = { approved: [] as string[], dismissed: [] as string[], waiting: 0 };
  for (const body of requestsFor(ids, dismiss)) {
    const { value } = await api.send({ method: "POST", path, body }, ReviewReport);
    report.approved.push(...value.approved);
    report.dismissed.push(...value.dismissed);
    report.waiting = value.waiting;
  }
  session.show(report, reportInWords(slug, report));
}

function requestsFor(approve: readonly string[], dismiss: readonly string[]): ReviewInput[] {
  const requests: ReviewInput[] = [];
  for (let at = 0; at < Math.max(approve.length, dismiss.length); at += PER_REQUEST) {
    requests.push({
      approve: approve.slice(at, at + PER_REQUEST),
      dismiss: dismiss.slice(at, at + PER_REQUEST),
    });
  }
  return requests;
}

function changesInWords(slug: string, changes: readonly DefinitionChangeView[], now: Date): string {
  if (changes.length === 0) return `No definition of ${slug} waits for an admin.`;
  const shown = changes.map(({ id, kind, name, change, seenAt, diff }) =>
    [
      `${kind} ${oneLine(name)} was ${change} ${relativeTime(seenAt, now)} (${id})`,
      ...diff.flatMap(({ field, before, after }) => [
        `  ${oneLine(field)}`,
        ...before === null ? [] : [`  - ${oneLine(before)}`],
        ...after === null ? [] : [`  + ${oneLine(after)}`],
      ]),
    ].join("\n")
  );
  const next = `Approve: aerostack mcp review ${slug} --approve <id or tool>, or --all`;
  return [...shown, `${count(changes.length, "definition")} to decide on. ${next}`].join("\n\n");
}

function reportInWords(slug: string, { approved, dismissed, waiting }: ReviewReport): string {
  const parts = [
    ...approved.length > 0 ? [`Approved ${approved.map(oneLine).join(", ")}.`] : [],
    ...dismissed.length > 0 ? [`Dismissed ${dismissed.map(oneLine).join(", ")}.`] : [],
    `${count(waiting, "definition")} of ${slug} still to decide on.`,
  ];
  return parts.join(" ");
}

/** A server's own words must not look like lines of ours. */
function oneLine(text: string): string {
  return text.replaceAll(/[\r\n\u2028\u2029]+/g, " ");
}

function collect(ref: string, refs: string[] = []): string[] {
  return [...refs, ref];
}
