import { driveLegacy, driveModern, type Driver } from "./conformance_drivers.ts";
import { startForwarder } from "./conformance_forwarder.ts";
import type { RunningGateway } from "./gateway.ts";

/** What the suite wants of a client: its scenario, and the address of a server of its own. */
export interface ClientTask {
  scenario: string;
  revision: string;
  serverUrl: string;
  context: { toolCalls?: ToolCall[] } | null;
}

/** The gateway that is to be that client, and somebody who makes it use the server. */
export interface GatewayAsClient {
  gateway: RunningGateway;
  workspace: string;
  token: string;
  era: "legacy" | "modern";
}

interface ToolCall {
  name: string;
  arguments: Record<string, unknown>;
}

type Script = (driver: Driver, task: ClientTask) => Promise<void>;

const SCRIPTS: Record<string, Script> = {
  initialize: listTools,
  tools_call: (driver) => callListed(driver, { a: 5, b: 3 }),
  "sse-retry": (driver) => callListed(driver, {}),
  "request-metadata": listTools,
  "http-standard-headers": useEverything,
  "http-custom-headers": callAsTold,
  "http-invalid-tool-headers": (driver) => callListed(driver, { region: "eu" }),
  "sep-2322-client-request-state": callEach,
  "json-schema-ref-no-deref": listTools,
  "json-schema-2020-12-preservation": sendBackSchema,
};

/**
 * Scenarios that look at `initialize` too, which no client of their revision sends. Their
 * servers answer it, so a legacy client is served by it unless the server is pinned.
 */
const PINNED = ["request-metadata", "http-standard-headers"];

/** Puts the suite's server behind the gateway and sends what the scenario looks for. */
export async function playClient(task: ClientTask, client: GatewayAsClient): Promise<void> {
  const { gateway: { admin, workspaceUrl }, workspace, token, era } = client;
  const script = SCRIPTS[task.scenario];
  if (script === undefined) throw new Error(`There is no script for "${task.scenario}"`);

  // The suite waits until its server is left. The gateway keeps connections, the door does not.
  const address = new URL(task.serverUrl);
  await using door = startForwarder(Number(address.port));
  const slug = `s${crypto.randomUUID().slice(0, 8)}`;
  await admin.addServer(slug, door.origin + address.pathname);
  if (era === "legacy" && PINNED.includes(task.scenario)) {
    await admin.send("PATCH", `/servers/${slug}`, { protocol: task.revision });
  }
  await admin.install(slug, workspace);

  const url = workspaceUrl(workspace).replace(/sse$/, `servers/${slug}/sse`);
  const drive = era === "legacy" ? driveLegacy : driveModern;
  await using driver = await drive({ url, token });
  await script(driver, task);
}

async function listTools(driver: Driver): Promise<void> {
  await driver.request("tools/list");
}

async function callListed(driver: Driver, args: Record<string, unknown>): Promise<void> {
  for (const name of await namesOf(driver, "tools")) await call(driver, name, args);
}

async function useEverything(driver: Driver): Promise<void> {
  await callListed(driver, {});
  const { resources } = await driver.request("resources/list");
  for (const { uri } of resources as { uri: string }[]) {
    await driver.request("resources/read", { uri });
  }
  for (const name of await namesOf(driver, "prompts")) {
    await driver.request("prompts/get", { name });
  }
}

async function callAsTold(driver: Driver, { context }: ClientTask): Promise<void> {
  await listTools(driver);
  for (const told of context?.toolCalls ?? []) await call(driver, told.name, told.arguments);
}

/** One of the results has no type, which SDK 2 refuses after it arrived. */
async function callEach(driver: Driver): Promise<void> {
  for (const name of await namesOf(driver, "tools")) {
    await call(driver, name, {}).catch(() => {});
  }
}

async function sendBackSchema(driver: Driver): Promise<void> {
  const { tools } = await driver.request("tools/list");
  const [focal] = tools as { inputSchema: unknown }[];
  await call(driver, "json_schema_echo", { schema: focal?.inputSchema });
}

async function namesOf(driver: Driver, kind: "tools" | "prompts"): Promise<string[]> {
  const listed = await driver.request(`${kind}/list`);
  return (listed[kind] as { name: string }[]).map(({ name }) => name);
}

async function call(driver: Driver, name: string, args: Record<string, unknown>): Promise<void> {
  await driver.request("tools/call", { name, arguments: args });
}
