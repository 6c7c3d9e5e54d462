/**
 * A small MCP server to try the gateway with: it keeps notes, in memory.
 *
 *     NOTES_API_KEY=… deno run --allow-net --allow-env=NOTES_API_KEY examples/notes_server.ts --port 0
 *
 * Like many internal services it asks for an API key in a header, and it speaks
 * MCP of both eras over Streamable HTTP.
 */
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { parseArgs } from "node:util";
import { z } from "zod";
import { Notebook } from "./notebook.ts";

/** The header that carries the key. */
const KEY_HEADER = "x-api-key";

const Note = z.object({
  id: z.number().int(),
  title: z.string(),
  text: z.string(),
  tags: z.array(z.string()),
  createdAt: z.string(),
});
const Notes = z.object({ notes: z.array(Note) });
const Limit = z.number().int().min(1).max(100).default(20).describe("How many at most");

/** The MCP server, on notes that all its clients share. */
function notesServer(notebook: Notebook): McpServer {
  const mcp = new McpServer({ name: "notes", version: "1.0.0" }, {
    instructions: "Keeps short notes. Search before you add, so that nothing is kept twice.",
  });
  addReadingTools(mcp, notebook);
  addWritingTools(mcp, notebook);
  return mcp;
}

function addReadingTools(mcp: McpServer, notebook: Notebook): void {
  mcp.registerTool("list_notes", {
    title: "List notes",
    description: "Lists the notes, newest first, all or those with a tag.",
    inputSchema: z.object({ tag: z.string().optional(), limit: Limit }),
    outputSchema: Notes,
    annotations: { readOnlyHint: true },
  }, ({ tag, limit }) => answer({ notes: notebook.list(tag).slice(0, limit) }));

  mcp.registerTool("search_notes", {
    title: "Search notes",
    description: "Finds notes whose title, text or tags contain every word of the query.",
    inputSchema: z.object({ query: z.string().min(1), limit: Limit }),
    outputSchema: Notes,
    annotations: { readOnlyHint: true },
  }, ({ query, limit }) => answer({ notes: notebook.search(query).slice(0, limit) }));
}

function addWritingTools(mcp: McpServer, notebook: Notebook): void {
  mcp.registerTool("add_note", {
    title: "Add a note",
    description: "Keeps a note and gives it a number.",
    inputSchema: z.object({
      title: z.string().min(1).max(200),
      text: z.string().max(10_000),
      tags: z.array(z.string().min(1).max(40)).max(10).default([]),
    }),
    outputSchema: Note,
    annotations: { destructiveHint: false },
  }, (draft) => answer(notebook.add(draft)));

  mcp.registerTool("delete_note", {
    title: "Delete a note",
    description: "Deletes the note with this number.",
    inputSchema: z.object({ id: z.number().int() }),
    annotations: { destructiveHint: true, idempotentHint: true },
  }, ({ id }) => {
    const wasThere = notebook.delete(id);
    const text = wasThere ? `Deleted note ${id}.` : `There is no note ${id}.`;
    return { content: [{ type: "text", text }], isError: !wasThere };
  });
}

/** The same answer for clients that read text and for those that read fields. */
function answer(fields: object) {
  return {
    content: [{ type: "text" as const, text: JSON.stringify(fields) }],
    structuredContent: { ...fields },
  };
}

/** Serves MCP to whoever has the key, and says on its own terminal who came with what. */
function serve(port: number, apiKey: string): void {
  const notebook = new Notebook();
  const mcp = createMcpHandler(() => notesServer(notebook), { legacy: "stateless" });

  const server = Deno.serve({
    hostname: "127.0.0.1",
    port,
    onListen: ({ port }) => console.log(`Notes server at http://127.0.0.1:${port}/mcp`),
  }, async (request) => {
    if (new URL(request.url).pathname !== "/mcp") return new Response(null, { status: 404 });
    const key = request.headers.get(KEY_HEADER);
    console.log(`${await asked(request)} with ${key === null ? "no key" : `key ${masked(key)}`}`);
    if (key !== apiKey) {
      return Response.json({ error: "X-API-Key is missing or wrong" }, { status: 401 });
    }
    return await mcp.fetch(request);
  });

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      server.shutdown().then(() => mcp.close());
    });
  }
}

/** What a request asks for: `tools/call add_note`, or its HTTP method. */
async function asked(request: Request): Promise<string> {
  const Message = z.object({
    method: z.string(),
    params: z.object({ name: z.string().optional() }).optional(),
  });
  const body = await request.clone().json().catch(() => undefined);
  const { data } = Message.safeParse(body);
  if (data === undefined) return request.method;
  return [data.method, data.params?.name].filter((part) => part !== undefined).join(" ");
}

/** Enough of a key to recognise it by, and not enough to use it. */
function masked(key: string): string {
  return `${key.slice(0, 4)}… (${key.length} characters)`;
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: { port: { type: "string", default: "8900" } },
  });
  const apiKey = Deno.env.get("NOTES_API_KEY") ?? "";
  if (apiKey.length < 16) {
    console.error("NOTES_API_KEY is missing; set it to a key of at least 16 characters.");
    Deno.exit(1);
  }
  serve(Number(values.port), apiKey);
}
