import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { fetchFor } from "../_support/client.ts";
import { type RunningProcess, startProcess } from "../_support/child_process.ts";
import { eventually } from "../_support/eventually.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const KEY = "sk-notes-0123456789";

/** Starts the example as its own words say. */
function startNotes(): Promise<RunningProcess> {
  return startProcess({
    args: [
      "run",
      ...["--allow-net", "--allow-env=NOTES_API_KEY"],
      ...["examples/notes_server.ts", "--port", "0"],
    ],
    env: { NOTES_API_KEY: KEY },
    cwd: ROOT,
    ready: /Notes server at (http:\S+)/,
  });
}

async function connect(url: string, mode: "legacy" | { pin: string }): Promise<Client> {
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { "x-api-key": KEY } },
    fetch: fetchFor(),
  });
  const client = new Client(
    { name: "notes-test", version: "1.0.0" },
    { versionNegotiation: { mode } },
  );
  await client.connect(transport);
  return client;
}

for (const mode of ["legacy", { pin: "2026-07-28" }] as const) {
  const era = mode === "legacy" ? "legacy" : "modern";

  Deno.test(`the notes server keeps, finds and deletes notes for a ${era} client`, async () => {
    await using notes = await startNotes();
    const client = await connect(notes.ready[1] ?? "", mode);

    const { tools } = await client.listTools();
    await client.callTool({
      name: "add_note",
      arguments: { title: "Release", text: "On Tuesday", tags: ["team"] },
    });
    const found = await client.callTool({ name: "search_notes", arguments: { query: "tuesday" } });
    const deleted = await client.callTool({ name: "delete_note", arguments: { id: 1 } });
    const again = await client.callTool({ name: "delete_note", arguments: { id: 1 } });
    const left = await client.callTool({ name: "list_notes", arguments: {} });
    await client.close();

    assert.deepEqual(
      tools.map(({ name }) => name).sort(),
      ["add_note", "delete_note", "list_notes", "search_notes"],
    );
    assert.match(JSON.stringify(found.structuredContent), /"title":"Release"/);
    assert.equal(deleted.isError ?? false, false);
    assert.equal(again.isError, true);
    assert.deepEqual(left.structuredContent, { notes: [] });
  });
}

Deno.test("the notes server refuses a wrong key, and logs no key in full", async () => {
  await using notes = await startNotes();
  const url = notes.ready[1] ?? "";

  for (const headers of [new Headers(), new Headers({ "x-api-key": "wrong-key-1234567" })]) {
    const response = await fetch(url, { method: "POST", headers, body: "{}" });
    await response.body?.cancel();
    assert.equal(response.status, 401);
  }
  const client = await connect(url, "legacy");
  await client.callTool({ name: "list_notes", arguments: {} });
  await client.close();

  await eventually(
    "the line of the call",
    () => notes.lines.includes("tools/call list_notes with key sk-n… (19 characters)"),
  );
  assert.ok(notes.lines.includes("POST with no key"));
  assert.ok(!notes.lines.some((line) => line.includes(KEY) || line.includes("wrong-key")));
});
