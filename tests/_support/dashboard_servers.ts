import { type CatalogueUpstream, startCatalogue } from "./catalogue_upstream.ts";

type Json = Record<string, unknown>;

/** An MCP server as a company may run it: what it is called, and what it offers. */
export interface ExampleServer {
  slug: string;
  name: string;
  era: "modern" | "legacy";
  tools: Json[];
}

const text = (description: string) => ({ type: "string", description });
const count = { type: "integer", minimum: 1, maximum: 100, default: 20, description: "How many" };

/** A tool with the fields of its input; those that end in `*` are required. */
function tool(name: string, description: string, fields: Json, annotations: Json = {}): Json {
  const properties = Object.fromEntries(
    Object.entries(fields).map(([field, schema]) => [field.replace("*", ""), schema]),
  );
  const required = Object.keys(fields).filter((field) => field.endsWith("*"))
    .map((field) => field.replace("*", ""));
  return {
    name,
    description,
    inputSchema: { type: "object", properties, required },
    annotations,
  };
}

const READS = { readOnlyHint: true };
const WRITES = { readOnlyHint: false, destructiveHint: false };
const DESTROYS = { readOnlyHint: false, destructiveHint: true };

/** What the example company runs. */
export const EXAMPLE_SERVERS: readonly ExampleServer[] = [
  {
    slug: "issues",
    name: "Issue tracker",
    era: "modern",
    tools: [
      tool("search_issues", "Finds issues by words, label, assignee and state.", {
        "query*": text("Words that all have to be there"),
        state: { type: "string", enum: ["open", "closed", "any"], default: "open" },
        limit: count,
      }, READS),
      tool(
        "get_issue",
        "Gives one issue with its comments.",
        { "id*": { type: "integer" } },
        READS,
      ),
      tool("create_issue", "Opens an issue in a project.", {
        "project*": text("Key of the project"),
        "title*": text("One line"),
        body: text("Markdown"),
        labels: { type: "array", items: { type: "string" } },
      }, WRITES),
      tool("close_issue", "Closes an issue, with a reason.", {
        "id*": { type: "integer" },
        reason: { type: "string", enum: ["done", "duplicate", "won't fix"] },
      }, WRITES),
    ],
  },
  {
    slug: "deploys",
    name: "Deployments",
    era: "modern",
    tools: [
      tool("list_releases", "Lists releases of a service, newest first.", {
        "service*": text("Name of the service"),
        limit: count,
      }, READS),
      tool("deploy", "Rolls a release out to an environment.", {
        "service*": text("Name of the service"),
        "release*": text("Its version"),
        environment: { type: "string", enum: ["staging", "production"] },
        dryRun: { type: "boolean", default: true },
      }, DESTROYS),
      tool("roll_back", "Brings the release before back.", {
        "service*": text("Name of the service"),
      }, DESTROYS),
    ],
  },
  {
    slug: "warehouse",
    name: "Data warehouse",
    era: "modern",
    tools: [
      tool("run_query", "Runs one SELECT and gives at most 1,000 rows.", {
        "sql*": text("One statement, read-only"),
        limit: { type: "integer", minimum: 1, maximum: 1000, default: 100 },
      }, READS),
      tool(
        "list_tables",
        "Lists tables with their columns.",
        { schema: text("Only of it") },
        READS,
      ),
      tool("drop_table", "Drops a table.", { "table*": text("With its schema") }, DESTROYS),
    ],
  },
  {
    slug: "wiki",
    name: "Team wiki",
    era: "legacy",
    tools: [
      tool("search_pages", "Searches titles and texts.", { "query*": text("Words") }, READS),
      tool("read_page", "Gives a page as Markdown.", { "path*": text("Path of the page") }, READS),
    ],
  },
  {
    slug: "billing",
    name: "Billing",
    era: "legacy",
    tools: [
      tool("find_invoice", "Finds invoices of a customer.", { "customer*": text("Id") }, READS),
      tool("refund", "Refunds an invoice.", {
        "invoice*": text("Id"),
        amount: { type: "number", exclusiveMinimum: 0 },
      }, DESTROYS),
    ],
  },
];

/** A running example server. */
export interface RunningExample extends ExampleServer, AsyncDisposable {
  upstream: CatalogueUpstream;
}

/** Starts one of them. */
export function startExample(server: ExampleServer): RunningExample {
  const upstream = startCatalogue(server.era);
  upstream.offers = {
    tools: [...server.tools],
    prompts: [],
    resources: [],
    resourceTemplates: [],
  };
  return {
    ...server,
    upstream,
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  };
}
