import { type Command, Option } from "commander";
import { AlertKind } from "../core/webhooks/alert.ts";
import {
  CreatedWebhook,
  type WebhookChange,
  WebhookTestReport,
  WebhookView,
} from "../core/webhooks/webhook.ts";
import { apiPath } from "./api_path.ts";
import { failure, wrongUsage } from "./cli_error.ts";
import { formatDetails, formatTable } from "./output.ts";
import type { Session } from "./session.ts";
import { relativeTime, wholeNumber } from "./times.ts";
import { verb } from "./verb.ts";

interface WebhookOptions {
  name?: string;
  url?: string;
  kinds?: string;
  workspaces?: string;
  errorPercent?: number;
  errorMinCalls?: number;
  errorWindow?: number;
  enable?: boolean;
  disable?: boolean;
}

/** `webhook add`, `list`, `show`, `update`, `remove`, `test`, `rotate-secret`. */
export function addWebhookVerbs(webhook: Command, session: Session): void {
  const add = verb(webhook, "add", "have alerts sent somewhere; the secret is shown once", [
    'aerostack webhook add --name "On call" --url https://alerts.example.com/aerostack',
    "aerostack webhook add --name Leaks --url https://siem.example.com/in --kinds leak.detected,server.blocked",
    "aerostack webhook add --name Sales --url https://sales.example.com/in --workspaces sales --error-percent 50",
  ])
    .requiredOption("--name <name>", "what people call it")
    .requiredOption("--url <url>", "where alerts are sent, over https");
  addWishes(add).action((options: WebhookOptions) => addWebhook(session, options));

  verb(webhook, "list", "list where alerts are sent", ["aerostack webhook list"])
    .action(() => list(session));

  verb(webhook, "show <webhook>", "show one, by its name or id", [
    'aerostack webhook show "On call"',
  ]).action((name: string) => show(session, name));

  const update = verb(webhook, "update <webhook>", "change what is sent where", [
    'aerostack webhook update "On call" --kinds leak.detected,token.revoked',
    'aerostack webhook update "On call" --workspaces all --error-percent 10',
    'aerostack webhook update "On call" --disable',
  ])
    .option("--name <name>", "what people call it")
    .option("--url <url>", "where alerts are sent");
  addWishes(update)
    .option("--disable", "send nothing; what waits is given up, and can be sent again")
    .option("--enable", "send what happens from now on")
    .action((name: string, options: WebhookOptions) => updateWebhook(session, name, options));

  verb(webhook, "remove <webhook>", "remove one with all its deliveries", [
    'aerostack webhook remove "On call"',
  ]).action((name: string) => remove(session, name));

  verb(webhook, "test <webhook>", "send one message at once, and say what came of it", [
    'aerostack webhook test "On call"',
  ]).action((name: string) => test(session, name));

  verb(webhook, "rotate-secret <webhook>", "give it another secret; both sign for a while", [
    'aerostack webhook rotate-secret "On call"',
    'aerostack webhook rotate-secret "On call" --overlap-hours 0',
  ])
    .option(
      "--overlap-hours <hours>",
      "for how long the earlier one signs, too (default: 24)",
      wholeNumber("--overlap-hours", 0, 168),
    )
    .action((name: string, { overlapHours }: { overlapHours?: number }) => {
      return rotate(session, name, overlapHours);
    });
}

function addWishes(command: Command): Command {
  return command
    .option("--kinds <kinds>", `which alerts, with commas: ${AlertKind.options.join(", ")}; or all`)
    .option("--workspaces <slugs>", "only what concerns these, with commas; or all")
    .option(
      "--error-percent <n>",
      "from which part of failed calls on (default: 20)",
      wholeNumber("--error-percent", 1, 100),
    )
    .option(
      "--error-min-calls <n>",
      "and from how many calls on (default: 20)",
      wholeNumber("--error-min-calls", 1, 1_000_000),
    )
    .addOption(
      new Option("--error-window <minutes>", "in how many minutes (default: 5)")
        .argParser(wholeNumber("--error-window", 1, 60)),
    );
}

/** What the options say; the API checks kinds and slugs. */
function wishesOf(options: WebhookOptions): WebhookChange {
  const { name, url, kinds, workspaces, errorPercent, errorMinCalls, errorWindow } = options;
  const rule = { percent: errorPercent, minCalls: errorMinCalls, windowMinutes: errorWindow };
  const hasRule = Object.values(rule).some((value) => value !== undefined);
  if (options.enable === true && options.disable === true) {
    throw wrongUsage("--enable and --disable are both given; keep one of them.");
  }
  return {
    name,
    url,
    kinds: listOf(kinds) as WebhookChange["kinds"],
    workspaces: listOf(workspaces),
    errorRule: hasRule ? rule : undefined,
    ...options.enable === true ? { enabled: true } : {},
    ...options.disable === true ? { enabled: false } : {},
  };
}

function listOf(text: string | undefined): string[] | null | undefined {
  if (text === undefined) return undefined;
  return text === "all" ? null : text.split(",").map((part) => part.trim());
}

async function addWebhook(session: Session, options: WebhookOptions): Promise<void> {
  const api = await session.api();
  const body = wishesOf(options);
  const answer = await api.send({ method: "POST", path: "/webhooks", body }, CreatedWebhook);
  const { name, secret } = answer.value;
  session.show(
    answer.body,
    [
      `Alerts are sent to ${name} from now on. Its signing secret:`,
      `\n  ${secret}\n`,
      "It will not be shown again. The receiver checks signatures with it; to try that:",
      `  aerostack webhook test "${name}"`,
    ].join("\n"),
  );
}

async function list(session: Session): Promise<void> {
  const api = await session.api();
  const answer = await api.list("/webhooks", WebhookView);
  const rows = answer.value.map((webhook) => [
    webhook.name,
    stateOf(webhook),
    webhook.url,
    webhook.kinds?.join(", ") ?? "all",
    workspacesOf(webhook),
    webhook.pending,
    deadOf(webhook),
  ]);
  session.show(
    answer.body,
    rows.length > 0
      ? formatTable(["NAME", "STATE", "URL", "ALERTS", "WORKSPACES", "WAITING", "GIVEN UP"], rows)
      : "No webhooks yet. Add one: aerostack webhook add --name <name> --url <url>",
  );
}

async function show(session: Session, name: string): Promise<void> {
  const api = await session.api();
  const answer = await api.get(apiPath`/webhooks/${name}`, WebhookView);
  session.show(answer.body, detailsOf(answer.value, session.terminal.now()));
}

async function updateWebhook(
  session: Session,
  webhook: string,
  options: WebhookOptions,
): Promise<void> {
  const body = wishesOf(options);
  if (Object.values(body).every((value) => value === undefined)) {
    throw wrongUsage("Nothing to change: give --url, --kinds, --disable or another option.");
  }
  const api = await session.api();
  const path = apiPath`/webhooks/${webhook}`;
  const answer = await api.send({ method: "PATCH", path, body }, WebhookView);
  session.show(answer.body, detailsOf(answer.value, session.terminal.now()));
}

async function remove(session: Session, name: string): Promise<void> {
  const api = await session.api();
  await api.remove(apiPath`/webhooks/${name}`);
  session.show({ removed: name }, `Removed ${name} and its deliveries.`);
}

async function test(session: Session, name: string): Promise<void> {
  const api = await session.api();
  const path = apiPath`/webhooks/${name}/test`;
  const answer = await api.send({ method: "POST", path }, WebhookTestReport);
  const { ok, message, durationMs } = answer.value;
  if (ok) return session.show(answer.body, `${message} It took ${Math.round(durationMs)} ms.`);
  if (session.json) session.show(answer.body, "");
  throw failure("test_failed", message);
}

async function rotate(session: Session, name: string, overlapHours?: number): Promise<void> {
  const api = await session.api();
  const path = apiPath`/webhooks/${name}/rotate-secret`;
  const body = { overlapHours };
  const answer = await api.send({ method: "POST", path, body }, CreatedWebhook);
  const { secret, earlierSecretUntil } = answer.value;
  const earlier = earlierSecretUntil === null
    ? "The earlier one signs no more."
    : `The earlier one signs, too, until ${earlierSecretUntil}.`;
  session.show(
    answer.body,
    `The new signing secret of ${name}:\n\n  ${secret}\n\nIt will not be shown again. ${earlier}`,
  );
}

function detailsOf(webhook: WebhookView, now: Date): string {
  const { percent, minCalls, windowMinutes } = webhook.errorRule;
  return formatDetails([
    ["Id", webhook.id],
    ["Name", webhook.name],
    ["State", stateOf(webhook)],
    ["URL", webhook.url],
    ["Alerts", webhook.kinds?.join(", ") ?? "all"],
    ["Workspaces", workspacesOf(webhook)],
    ["Error rate", `${percent} % of at least ${minCalls} calls in ${windowMinutes} min`],
    ["Secret", secretOf(webhook)],
    ["Deliveries", `${webhook.pending} waiting, ${deadOf(webhook)} given up`],
    ["Added", relativeTime(webhook.createdAt, now)],
  ]);
}

function workspacesOf({ workspaces }: WebhookView): string {
  if (workspaces === null) return "all";
  return workspaces.length === 0 ? "none that is left" : workspaces.join(", ");
}

function stateOf({ disabled }: WebhookView): string {
  if (disabled === null) return "enabled";
  return disabled.reason === "gone" ? "disabled (HTTP 410)" : "disabled";
}

function secretOf({ secretVersion, earlierSecretUntil }: WebhookView): string {
  const earlier = earlierSecretUntil === null
    ? ""
    : `; the one before signs until ${earlierSecretUntil}`;
  return `version ${secretVersion}${earlier}`;
}

function deadOf({ dead }: WebhookView): string {
  return dead === 100 ? "100 or more" : String(dead);
}
