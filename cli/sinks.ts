import { type Command, Option } from "commander";
import {
  type SinkChange,
  SinkContent,
  SinkKind,
  SinkStart,
  SinkTestReport,
  SinkView,
} from "../core/sinks/sink.ts";
import { apiPath } from "./api_path.ts";
import { failure, wrongUsage } from "./cli_error.ts";
import { formatDetails, formatTable } from "./output.ts";
import { readSecretValue } from "./secret_value.ts";
import type { Session } from "./session.ts";
import { relativeTime } from "./times.ts";
import { verb } from "./verb.ts";

interface SinkOptions {
  name?: string;
  kind?: string;
  url?: string;
  header?: string[];
  removeHeader?: string[];
  stdin?: boolean;
  workspaces?: string;
  include?: string;
  from?: string;
  gzip?: boolean;
  enable?: boolean;
  disable?: boolean;
}

/** `sink add`, `list`, `show`, `update`, `remove`, `test`. */
export function addSinkVerbs(sink: Command, session: Session): void {
  const add = verb(sink, "add", "have the log sent somewhere, as it is recorded", [
    "aerostack sink add --name SIEM --kind otlp --url https://otel.example.com/v1/logs",
    'aerostack sink add --name Splunk --kind jsonl --url https://splunk.example.com:8088/services/collector/raw --header "Authorization: Splunk <token>"',
    "printenv SIEM_KEY | aerostack sink add --name Archive --kind jsonl --url https://logs.example.com/in --from beginning --header X-API-Key --stdin",
  ])
    .requiredOption("--name <name>", "what people call it")
    .addOption(
      new Option("--kind <kind>", "what it understands").choices(SinkKind.options)
        .makeOptionMandatory(),
    )
    .requiredOption("--url <url>", "where it listens, over https")
    .addOption(
      new Option("--from <start>", "what is on the record already, or what comes (default: now)")
        .choices(SinkStart.options),
    );
  addWishes(add).action((options: SinkOptions) => addSink(session, options));

  verb(sink, "list", "list where the log is sent, and how that goes", ["aerostack sink list"])
    .action(() => list(session));

  verb(sink, "show <sink>", "show one, by its name or id", ["aerostack sink show SIEM"])
    .action((name: string) => show(session, name));

  const update = verb(sink, "update <sink>", "change one; it goes on where it was", [
    'aerostack sink update SIEM --header "Authorization: Bearer <another key>"',
    "aerostack sink update SIEM --workspaces engineering,sales",
    "aerostack sink update SIEM --disable",
  ])
    .option("--name <name>", "what people call it")
    .option("--url <url>", "where it listens, over https");
  addWishes(update)
    .option("--remove-header <name>", "send this header no more; may be repeated", collect, [])
    .option("--disable", "send nothing for now")
    .option("--enable", "send again, from where it was")
    .action((name: string, options: SinkOptions) => updateSink(session, name, options));

  verb(sink, "remove <sink>", "remove one; it gets no more of the log", [
    "aerostack sink remove SIEM",
  ]).action((name: string) => remove(session, name));

  verb(sink, "test <sink>", "send one record that says it is a test, and say what came of it", [
    "aerostack sink test SIEM",
  ]).action((name: string) => test(session, name));
}

function addWishes(command: Command): Command {
  return command
    .option(
      "--header <header>",
      '"Name: value" of a header, or its name alone to be asked; may be repeated',
      collect,
      [],
    )
    .option("--stdin", "take the value of the one header without a value from the input")
    .option("--workspaces <slugs>", "only the calls of these, with commas; or all")
    .option("--include <what>", `with commas: ${SinkContent.options.join(", ")} (default: calls)`)
    .option("--no-gzip", "send it as it is, for who does not take gzip")
    .option("--gzip", "compress what is sent, as is done unless said otherwise");
}

function collect(value: string, before: string[]): string[] {
  return [...before, value];
}

async function addSink(session: Session, options: SinkOptions): Promise<void> {
  const { kind, from } = options;
  const body = { ...await wishesOf(session, options), kind, from };
  const api = await session.api();
  const answer = await api.send({ method: "POST", path: "/sinks", body }, SinkView);
  const { name } = answer.value;
  session.show(
    answer.body,
    [
      `The log is sent to ${name} from ${from === "beginning" ? "its beginning" : "now"} on.`,
      "To see whether it takes it:",
      `  aerostack sink test "${name}"`,
      "To see how far it is:",
      `  aerostack sink show "${name}"`,
    ].join("\n"),
  );
}

async function list(session: Session): Promise<void> {
  const api = await session.api();
  const answer = await api.list("/sinks", SinkView);
  const rows = answer.value.map((sink) => [
    sink.name,
    sink.kind,
    sink.url,
    sink.workspaces?.join(", ") ?? "all",
    sink.sentRecords,
    lostOf(sink),
    statusOf(sink),
  ]);
  session.show(
    answer.body,
    rows.length > 0
      ? formatTable(["NAME", "KIND", "URL", "WORKSPACES", "SENT", "LOST", "STATUS"], rows)
      : "No sinks yet. Add one: aerostack sink add --name <name> --kind otlp --url <url>",
  );
}

async function show(session: Session, name: string): Promise<void> {
  const api = await session.api();
  const answer = await api.get(apiPath`/sinks/${name}`, SinkView);
  session.show(answer.body, detailsOf(answer.value, session.terminal.now()));
}

async function updateSink(session: Session, name: string, options: SinkOptions): Promise<void> {
  const body = await wishesOf(session, options);
  if (Object.values(body).every((value) => value === undefined)) {
    throw wrongUsage("Nothing to change: give --url, --header, --disable or another option.");
  }
  const api = await session.api();
  const path = apiPath`/sinks/${name}`;
  const answer = await api.send({ method: "PATCH", path, body }, SinkView);
  session.show(answer.body, detailsOf(answer.value, session.terminal.now()));
}

async function remove(session: Session, name: string): Promise<void> {
  const api = await session.api();
  await api.remove(apiPath`/sinks/${name}`);
  session.show({ removed: name }, `Removed ${name}; it gets no more of the log.`);
}

async function test(session: Session, name: string): Promise<void> {
  const api = await session.api();
  const path = apiPath`/sinks/${name}/test`;
  const answer = await api.send({ method: "POST", path }, SinkTestReport);
  const { ok, message, durationMs } = answer.value;
  if (ok) return session.show(answer.body, `${message} It took ${Math.round(durationMs)} ms.`);
  if (session.json) session.show(answer.body, "");
  throw failure("test_failed", message);
}

/** What the options say; the API checks URL, headers and slugs. */
async function wishesOf(session: Session, options: SinkOptions): Promise<SinkChange> {
  const { name, url, gzip, workspaces, include, enable, disable } = options;
  if (enable === true && disable === true) {
    throw wrongUsage("--enable and --disable are both given; keep one of them.");
  }
  return {
    name,
    url,
    headers: await headersOf(session, options),
    workspaces: slugsOf(workspaces),
    // The API says what is none of them.
    include: include?.split(",").map((part) => part.trim()) as SinkContent[] | undefined,
    gzip,
    enabled: enable === true ? true : disable === true ? false : undefined,
  };
}

async function headersOf(
  session: Session,
  { header = [], removeHeader = [], stdin = false }: SinkOptions,
): Promise<Record<string, string | null> | undefined> {
  const headers: Record<string, string | null> = {};
  for (const name of removeHeader) headers[name] = null;

  const given = header.map((text) => {
    const [name, ...rest] = text.split(":");
    return { name: name.trim(), value: rest.length === 0 ? undefined : rest.join(":").trim() };
  });
  const unknown = given.filter(({ value }) => value === undefined).length;
  if (stdin && unknown !== 1) {
    throw wrongUsage("--stdin gives the value of one --header that is written without a value.");
  }
  for (const { name, value } of given) {
    headers[name] = value ?? await readSecretValue(session, name, undefined, stdin);
  }
  return Object.keys(headers).length === 0 ? undefined : headers;
}

function slugsOf(text: string | undefined): string[] | null | undefined {
  if (text === undefined) return undefined;
  return text === "all" ? null : text.split(",").map((part) => part.trim());
}

function detailsOf(sink: SinkView, now: Date): string {
  const { failure } = sink;
  return formatDetails([
    ["Id", sink.id],
    ["Name", sink.name],
    ["Status", statusOf(sink)],
    ...failure === null ? [] : [
      ["Failing", `since ${relativeTime(failure.since, now)}: the sink ${failure.reason}`],
      ["Next try", relativeTime(failure.nextTryAt, now)],
    ] as const,
    ["Kind", sink.gzip ? `${sink.kind}, compressed` : sink.kind],
    ["URL", sink.url],
    ["Headers", sink.headers.length === 0 ? "none" : sink.headers.join(", ")],
    ["Workspaces", sink.workspaces?.join(", ") ?? "all"],
    ["Includes", sink.include.join(", ")],
    ["From", sink.from],
    ["Sent", `${sink.sentRecords}, of which it rejected ${sink.rejectedRecords}`],
    ["Lost", lostOf(sink)],
    ["Last sent", sink.lastSentAt === null ? "never" : relativeTime(sink.lastSentAt, now)],
    ["Added", relativeTime(sink.createdAt, now)],
  ]);
}

function statusOf({ status, behindSeconds }: SinkView): string {
  const behind = behindSeconds === 0 ? "" : `, ${spoken(behindSeconds)} behind`;
  return status === "caught_up" ? "caught up" : `${status}${behind}`;
}

function spoken(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** What expired before it was sent. */
function lostOf({ lostRecords, lostUncounted }: SinkView): string {
  return lostUncounted ? `more than ${lostRecords}` : String(lostRecords);
}
