/**
 * The client that the conformance suite tests: a gateway, seen from its servers.
 *
 * The suite starts this program with the address of a server of its own. It puts that
 * server behind a running gateway and sends, as a client of that gateway, what makes the
 * gateway do what the scenario looks for.
 */
import { AdminClient } from "./admin_client.ts";
import { driveLegacy, driveModern, type Driver } from "./conformance_drivers.ts";

/**
 * Scenarios that look at `initialize` too, which no client of their revision sends. Their
 * servers answer it, so a legacy client is served by it unless the server is pinned.
 */
const PINNED = ["request-metadata", "http-standard-headers"];

/** What the test tells this program, as JSON in `GATEWAY_UNDER_TEST`. */
export interface GatewayUnderTest {
  origin: string;
  adminToken: string;
  /** A workspace, and somebody's token to it. */
  workspace: string;
  token: string;
  /** How this client speaks to the gateway. */
  era: "legacy" | "modern";
}

type Script = (driver: Driver) => Promise<void>;

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

if (import.meta.main) await main(Deno.args.at(-1) ?? "");

async function main(serverUrl: string): Promise<void> {
  const scenario = Deno.env.get("MCP_CONFORMANCE_SCENARIO") ?? "";
  const script = SCRIPTS[scenario];
  if (script === undefined) throw new Error(`There is no script for "${scenario}"`);

  const gateway = JSON.parse(Deno.env.get("GATEWAY_UNDER_TEST") ?? "{}") as GatewayUnderTest;
  const { origin, adminToken, workspace, token, era } = gateway;
  const slug = `s${crypto.randomUUID().slice(0, 8)}`;
  const admin = new AdminClient(origin, adminToken);
  await admin.addServer(slug, serverUrl);
  if (era === "legacy" && PINNED.includes(scenario)) await pin(admin, slug);
  await admin.install(slug, workspace);

  const target = { url: `${origin}/ws/${workspace}/servers/${slug}/sse`, token };
  await using driver = await (era === "legacy" ? driveLegacy(target) : driveModern(target));
  await script(driver);
}

async function pin(admin: AdminClient, slug: string): Promise<void> {
  const protocol = Deno.env.get("MCP_CONFORMANCE_PROTOCOL_VERSION");
  await admin.send("PATCH", `/servers/${slug}`, { protocol });
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

async function callAsTold(driver: Driver): Promise<void> {
  const { toolCalls } = JSON.parse(Deno.env.get("MCP_CONFORMANCE_CONTEXT") ?? "{}") as {
    toolCalls: { name: string; arguments: Record<string, unknown> }[];
  };
  await listTools(driver);
  for (const told of toolCalls) await call(driver, told.name, told.arguments);
}

/** One of the results has no type, which SDK 2 refuses after it arrived. */
async function callEach(driver: Driver): Promise<void> {
  for (const name of await namesOf(driver, "tools")) {
    await call(driver, name, {}).catch((error) => console.error(name, error));
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
