import { isObject } from "../mcp/message.ts";
import type { TestReport } from "./test_report.ts";

/** What a trial connection found, in words for a page. */
export interface ConnectionFinding {
  state: "works" | "wants_credentials" | "failed";
  title: string;
  /** What to do about it; `null` where that is plain, or nothing. */
  advice: string | null;
  /** What is known of the server, name by name. */
  facts: [name: string, value: string][];
}

/** So many characters of what a server calls itself are shown. */
const MAX_SHOWN = 80;

/** So many tools are named. */
const MAX_NAMED = 6;

const ADVICE: Record<NonNullable<TestReport["stage"]>, string | null> = {
  // The rules' own sentence says how to change it.
  address: null,
  auth: null,
  dns: "Check how the host is spelled, and that it can be looked up from where the gateway runs.",
  connect: "Check host and port, and that the server runs and can be reached from the gateway.",
  tls: "Check the server's certificate, and that its address really begins with https.",
  http: "Something answers at this host, but not as MCP at this path: it often ends in /mcp or " +
    "/sse.",
  protocol: "Something answers there that does not speak MCP as it should. Check the path, which " +
    "often ends in /mcp or /sse; if it is right, fix the protocol instead of having it found out.",
  timeout: "The server may be starting, be overloaded, or be behind a firewall; try again.",
};

/** What a report says to who is about to add the server, or to mend it. */
export function findingOf(
  report: TestReport,
  { hasCredential }: { hasCredential: boolean },
): ConnectionFinding {
  const { ok, stage, message } = report;
  if (ok) {
    return { state: "works", title: worksTitle(report), advice: null, facts: factsOf(report) };
  }
  if (stage === "auth") return wantsCredentials(hasCredential);

  const facts: ConnectionFinding["facts"] = stage === null ? [] : [["Failed at", STAGES[stage]]];
  return {
    state: "failed",
    title: message.endsWith(".") ? message : `${message}.`,
    advice: stage === null ? null : ADVICE[stage],
    facts,
  };
}

/** Where a connection fails, as people say it. */
const STAGES: Record<NonNullable<TestReport["stage"]>, string> = {
  address: "the address",
  auth: "the credentials",
  dns: "looking up the name",
  connect: "connecting",
  tls: "TLS",
  http: "HTTP",
  protocol: "MCP",
  timeout: "waiting for an answer",
};

function worksTitle({ tools = [] }: TestReport): string {
  return `It answers and offers ${tools.length === 1 ? "1 tool" : `${tools.length} tools`}.`;
}

function wantsCredentials(hasCredential: boolean): ConnectionFinding {
  return {
    state: "wants_credentials",
    title: hasCredential ? "It refuses this credential." : "It answers, and wants credentials.",
    advice: hasCredential
      ? 'Check the header, the value, and whether the server wants it behind "Bearer".'
      : "That is fine: add it, then set its secret. With the key below it is tried at once.",
    facts: [],
  };
}

function factsOf(report: TestReport): ConnectionFinding["facts"] {
  const { era, protocolVersion = "", transport, tools = [], durationMs } = report;
  const server = serverOf(report.serverInfo);
  const names = tools.slice(0, MAX_NAMED).map(({ name }) => shown(name)).join(", ");
  const rest = tools.length - MAX_NAMED;
  return [
    ["Speaks", `MCP ${shown(protocolVersion)}, ${era} era`],
    ["Transport", transport === "sse" ? "HTTP+SSE" : "Streamable HTTP"],
    ...(server === "" ? [] : [["Calls itself", server] as [string, string]]),
    ...(names === ""
      ? []
      : [["Tools", rest > 0 ? `${names} and ${rest} more` : names] as [string, string]]),
    ["Took", `${durationMs} ms`],
  ];
}

/** Name and version, as far as it says them. */
function serverOf(info: unknown): string {
  if (!isObject(info)) return "";
  return [info.name, info.version].filter((part) => typeof part === "string").map(shown).join(" ");
}

function shown(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}
