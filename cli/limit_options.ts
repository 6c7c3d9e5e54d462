import type { Command } from "commander";
import type {
  InstallLimits,
  InstallLimitsChange,
  TokenLimits,
  TokenLimitsChange,
  WorkspaceLimits,
  WorkspaceLimitsChange,
} from "../core/limits/limits.ts";
import { wrongUsage } from "./cli_error.ts";
import { wholeNumber } from "./times.ts";

/** A limit as it is written: a number, or that there is none. */
type Amount = number | "none";

/** What may be said of how much a workspace's tokens may do. */
export interface WorkspaceLimitOptions {
  requestsPerMinute?: Amount;
  requestsPerMinutePerToken?: Amount;
  concurrentCalls?: Amount;
  concurrentCallsPerToken?: Amount;
}

/** What may be said of how much one token may do. */
export interface TokenLimitOptions {
  requestsPerMinute?: Amount;
  concurrentCalls?: Amount;
}

/** What may be said of how often an installed server's tools may be called. */
export interface InstallLimitOptions {
  callsPerMinutePerTool?: Amount;
  callsPerMinute?: Record<string, Amount> | "none";
}

/** Adds the options that limit a workspace. */
export function addWorkspaceLimitOptions(verb: Command): Command {
  return verb
    .option(...amount("--requests-per-minute", 'requests of all its tokens; "none" at first'))
    .option(...amount("--requests-per-minute-per-token", "requests of each of its tokens"))
    .option(...amount("--concurrent-calls", "calls at once of all its tokens"))
    .option(...amount("--concurrent-calls-per-token", "calls at once of each of its tokens"));
}

/** Adds the options that limit a token. */
export function addTokenLimitOptions(verb: Command): Command {
  return verb
    .option(...amount("--requests-per-minute", 'its requests; "none": what its workspace says'))
    .option(...amount("--concurrent-calls", 'its calls at once; "none": what its workspace says'));
}

/** Adds the options that limit the tools of an installed server. */
export function addInstallLimitOptions(verb: Command): Command {
  return verb
    .option(...amount("--calls-per-minute-per-tool", 'calls of each tool; "none" at first'))
    .option(
      "--calls-per-minute <tool=n>",
      'calls of one tool; may be repeated, and "none" takes all of them back',
      toolLimit,
    );
}

/** The part of a request's body that these options fill in; `undefined` where none is given. */
export function workspaceLimitsOf(
  options: WorkspaceLimitOptions,
): WorkspaceLimitsChange | undefined {
  return given({
    requestsPerMinute: limitOf(options.requestsPerMinute),
    requestsPerMinutePerToken: limitOf(options.requestsPerMinutePerToken),
    concurrentCalls: limitOf(options.concurrentCalls),
    concurrentCallsPerToken: limitOf(options.concurrentCallsPerToken),
  });
}

/** The same for a token. */
export function tokenLimitsOf(options: TokenLimitOptions): TokenLimitsChange | undefined {
  return given({
    requestsPerMinute: limitOf(options.requestsPerMinute),
    concurrentCalls: limitOf(options.concurrentCalls),
  });
}

/** The same for an install. */
export function installLimitsOf(options: InstallLimitOptions): InstallLimitsChange | undefined {
  const { callsPerMinute } = options;
  const named = callsPerMinute === "none" ? [] : Object.entries(callsPerMinute ?? {});
  return given({
    callsPerMinutePerTool: limitOf(options.callsPerMinutePerTool),
    tools: callsPerMinute === undefined
      ? undefined
      : Object.fromEntries(named.map(([tool, amount]) => [tool, limitOf(amount) ?? null])),
  });
}

/** A workspace's limits in one line; `-` for none. */
export function describeWorkspaceLimits(limits: WorkspaceLimits): string {
  return listed([
    [limits.requestsPerMinute, "requests/min"],
    [limits.requestsPerMinutePerToken, "requests/min each token"],
    [limits.concurrentCalls, "calls at once"],
    [limits.concurrentCallsPerToken, "calls at once each token"],
  ]);
}

/** A token's own limits in one line; `-` for none. */
export function describeTokenLimits(limits: TokenLimits): string {
  return listed([
    [limits.requestsPerMinute, "requests/min"],
    [limits.concurrentCalls, "calls at once"],
  ]);
}

/** An install's limits in one line; `-` for none. */
export function describeInstallLimits({ callsPerMinutePerTool, tools }: InstallLimits): string {
  const named = Object.entries(tools).map(([tool, limit]) =>
    limit === null ? `${tool} unlimited` : `${tool} ${limit} calls/min`
  );
  const all = listed([[callsPerMinutePerTool, "calls/min each tool"]]);
  return [...all === "-" ? [] : [all], ...named].join(", ") || "-";
}

function listed(limits: [number | null, string][]): string {
  const set = limits.filter(([limit]) => limit !== null);
  return set.map(([limit, what]) => `${limit} ${what}`).join(", ") || "-";
}

function amount(option: string, what: string): [string, string, (value: string) => Amount] {
  return [`${option} <n>`, what, (value) => parseAmount(option, value)];
}

function parseAmount(option: string, value: string): Amount {
  return value === "none" ? "none" : wholeNumber(option, 1, 1_000_000)(value);
}

function toolLimit(
  value: string,
  earlier: InstallLimitOptions["callsPerMinute"],
): InstallLimitOptions["callsPerMinute"] {
  if (value === "none") return "none";
  const at = value.lastIndexOf("=");
  if (at < 1) {
    throw wrongUsage(
      `--calls-per-minute is "${value}"; write the tool and its limit, such as run_query=10.`,
    );
  }
  const limit = parseAmount("--calls-per-minute", value.slice(at + 1));
  return { ...earlier === "none" ? {} : earlier, [value.slice(0, at)]: limit };
}

/** The word stays until here: Commander takes `null` for an option without a value. */
function limitOf(amount: Amount | undefined): number | null | undefined {
  return amount === "none" ? null : amount;
}

function given<Change extends object>(change: Change): Change | undefined {
  return Object.values(change).every((value) => value === undefined) ? undefined : change;
}
