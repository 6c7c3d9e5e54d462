import type { Command } from "commander";
import { TestReport } from "../core/servers/test_report.ts";
import { apiPath } from "./api_path.ts";
import { failure } from "./cli_error.ts";
import { count, firstLine, formatTable } from "./output.ts";
import type { Session } from "./session.ts";
import { verb } from "./verb.ts";

/** A test may use up a server's own deadline. */
const TEST_TIMEOUT_SECONDS = 120;

/** What to do about a server that failed, by the stage it failed at. */
const FIXES: Record<NonNullable<TestReport["stage"]>, (slug: string) => string> = {
  dns: (slug) => `Check the host name: aerostack mcp update ${slug} --url <url>`,
  address: (slug) =>
    `Use a public https address (aerostack mcp update ${slug} --url <url>), ` +
    "or start the gateway with AEROSTACK_ALLOW_PRIVATE_UPSTREAMS=1",
  connect: () => "Check that the server runs and that the gateway may reach its port",
  tls: () => "Check the server's certificate: its name, its end date and who signed it",
  http: (slug) => `Check the path of its address: aerostack mcp update ${slug} --url <url>`,
  auth: (slug) => `Set the key that it asks for: aerostack secrets set ${slug} <NAME>`,
  protocol: (slug) => `Check that its address is an MCP endpoint: aerostack mcp show ${slug}`,
  timeout: (slug) =>
    `Check the server, or give it longer: aerostack mcp update ${slug} --timeout <seconds>`,
};

/** `mcp test`. */
export function addMcpTestVerb(mcp: Command, session: Session): void {
  verb(mcp, "test <slug>", "connect to a server as the gateway does, and list its tools", [
    "aerostack mcp test internal-api",
    "aerostack mcp test internal-api --json",
  ]).action((slug: string) => test(session, slug));
}

async function test(session: Session, slug: string): Promise<void> {
  const path = apiPath`/servers/${slug}/test`;
  const api = await session.api();
  const answer = await api.send(
    { method: "POST", path, body: {}, timeoutSeconds: TEST_TIMEOUT_SECONDS },
    TestReport,
  );

  const report = answer.value;
  if (report.ok) return session.show(answer.body, success(slug, report));
  if (session.json) session.show(answer.body, "");
  throw failure("test_failed", failureSentence(slug, report));
}

function success(slug: string, report: TestReport): string {
  const { protocolVersion, transport, tools = [], durationMs } = report;
  const facts = [
    protocolVersion === undefined ? undefined : `MCP ${protocolVersion}`,
    transport,
    `${Math.round(durationMs)} ms`,
  ].filter((fact) => fact !== undefined);

  const rows = tools.map(({ name, description = "" }) => [name, firstLine(description)]);
  const headline = `${slug} works: ${count(tools.length, "tool")} (${facts.join(", ")})`;
  return rows.length === 0
    ? headline
    : `${headline}\n\n${formatTable(["TOOL", "DESCRIPTION"], rows)}`;
}

function failureSentence(slug: string, { stage, message }: TestReport): string {
  if (stage === null) return `The test of ${slug} failed: ${message}`;
  return `The test of ${slug} failed at ${stage}: ${message.replace(/\.$/, "")}. ${
    FIXES[stage](slug)
  }`;
}
