import assert from "node:assert/strict";
import { EDITOR_PLACES, EDITORS, tokenVariable } from "../../core/connect/editor.ts";
import { registerServer } from "../../core/servers/register_server.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import { createWorkspace } from "../../core/workspaces/create_workspace.ts";
import { installServer } from "../../core/workspaces/install_server.ts";
import { type RunningApp, startApp } from "../_support/app.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { connectLegacyStreamable } from "../_support/legacy_clients.ts";
import { connectSdkAuto } from "../_support/modern_clients.ts";
import { startBothEras } from "../_support/modern_upstreams.ts";
import { configsOn, connectionOf, plain, type ShownConnection } from "../_support/shown_configs.ts";
import { see, send } from "./_forms.ts";

const OPTIONS = { sanitizeOps: false, sanitizeResources: false };
const CONNECT = "/workspaces/data-eng/connect";
const VARIABLE = "AEROSTACK_DATA_ENG_TOKEN";

/** The app with a workspace of one real server. */
async function connectPage(upstream: { url: string }, env: Record<string, string> = {}) {
  const app = await startApp({ AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1", ...env });
  const { services } = app;
  await createWorkspace(services, AN_ADMIN, { slug: "data-eng", name: "Data" });
  const { url } = upstream;
  await registerServer(services, AN_ADMIN, { slug: "files", name: "Files", url });
  await installServer(services, AN_ADMIN, { workspace: "data-eng", server: "files" });
  return app;
}

/** A real client that was told what an editor would read. */
async function toolsFrom({ url, authorization }: ShownConnection): Promise<string[]> {
  const [, token] = /^Bearer (\S+)$/.exec(authorization) ?? [];
  assert.ok(token !== undefined, authorization);
  await using modern = await connectSdkAuto({ url, token });
  await using legacy = await connectLegacyStreamable({ url, token });
  const names = (await modern.listTools()).map(({ name }) => name);
  assert.deepEqual((await legacy.listTools()).map(({ name }) => name), names);
  return names;
}

async function createdPage(app: RunningApp): Promise<{ html: string; token: string }> {
  const cookie = await app.signIn("admin");
  const path = "/workspaces/data-eng/tokens/new";
  const form = await see(app, path, cookie);
  const { html } = await send(app, path, cookie, {
    intent: "create",
    formId: /name="formId" value="([^"]+)"/.exec(form.html)?.[1] ?? "",
    name: "Alice Chen",
    lasts: "never",
    "limits.requestsPerMinute": "",
    "limits.concurrentCalls": "",
  });
  return { html, token: /mwt_alice_[0-9A-Za-z]{34}/.exec(html)?.[0] ?? "" };
}

Deno.test(
  "a real client connects with each configuration beside a new token",
  OPTIONS,
  async () => {
    await using upstream = startBothEras();
    await using app = await connectPage(upstream);

    const { html, token } = await createdPage(app);

    for (const [editor, text] of configsOn(html)) {
      const shown = connectionOf(editor, text);
      assert.equal(shown.authorization, `Bearer ${token}`, editor);
      assert.ok((await toolsFrom(shown)).includes("files__echo"), editor);
    }
  },
);

Deno.test(
  "a real client connects with what Connect shows and a token from elsewhere",
  OPTIONS,
  async () => {
    await using upstream = startBothEras();
    await using app = await connectPage(upstream);
    const { token } = await createToken(app.services, AN_ADMIN, "data-eng", { name: "Alice Chen" });

    const { html } = await see(app, CONNECT, await app.signIn("viewer"));

    const values = { [VARIABLE]: token, "aerostack-data-eng-token": token, YOUR_TOKEN: token };
    assert.equal(tokenVariable("data-eng"), VARIABLE);
    for (const [editor, text] of configsOn(html)) {
      const typed = text.replaceAll("YOUR_TOKEN", token);
      const shown = connectionOf(editor, typed, values);
      assert.ok((await toolsFrom(shown)).includes("files__echo"), editor);
    }
  },
);

Deno.test("Connect holds no token, and says where each configuration belongs", async () => {
  await using app = await connectPage({ url: "http://127.0.0.1:1/mcp" });
  const { token } = await createToken(app.services, AN_ADMIN, "data-eng", { name: "Alice Chen" });

  const { html } = await see(app, CONNECT, await app.signIn("viewer"));

  assert.ok(!html.includes(token));
  assert.doesNotMatch(html, /mwt_[a-z0-9]+_[0-9A-Za-z]/);
  for (const editor of EDITORS) {
    const { title, files, projectFile } = EDITOR_PLACES[editor];
    assert.ok(html.includes(`<span>${title}</span>`), title);
    for (const { path } of files) assert.ok(plain(html).includes(`<code>${path}</code>`), path);
    if (projectFile !== null) assert.ok(html.includes(`<code>${projectFile}</code>`), title);
  }
});

Deno.test("install links say what the configuration says, and ask for the token", async () => {
  await using app = await connectPage({ url: "http://127.0.0.1:1/mcp" });
  const { html } = await see(app, CONNECT, await app.signIn("viewer"));
  const links = [...html.matchAll(/class="button" href="([^"]+)"/g)].map(([, link]) => plain(link));

  const cursor = new URL(links.find((link) => link.startsWith("cursor:")) ?? "");
  const vscode = links.find((link) => link.startsWith("vscode:"))?.split("?")[1] ?? "";

  const url = `${app.origin}/ws/data-eng/sse`;
  assert.equal(cursor.searchParams.get("name"), "data-eng");
  assert.deepEqual(JSON.parse(atob(cursor.searchParams.get("config") ?? "")), {
    url,
    headers: { Authorization: `Bearer \${env:${VARIABLE}}` },
  });
  const id = "aerostack-data-eng-token";
  const description = "Your token of the workspace data-eng (mwt_…)";
  assert.deepEqual(JSON.parse(decodeURIComponent(vscode)), {
    name: "data-eng",
    type: "http",
    url,
    headers: { Authorization: `Bearer \${input:${id}}` },
    inputs: [{ type: "promptString", id, description, password: true }],
  });
});

Deno.test("the lines for a terminal name the address and the variable, and no token", async () => {
  await using app = await connectPage({ url: "http://127.0.0.1:1/mcp" });
  const { html } = await createdPage(app);
  const lines = [...html.matchAll(/data-copy="([^"]+)"/g)].map(([, text]) => plain(text));
  const url = `${app.origin}/ws/data-eng/sse`;

  for (
    const line of [
      `claude mcp add --scope user --transport http data-eng ${url} ` +
      `--header 'Authorization: Bearer \${${VARIABLE}}'`,
      `codex mcp add data-eng --url ${url} --bearer-token-env-var ${VARIABLE}`,
      `gemini mcp add --scope user --transport http data-eng ${url} ` +
      `--header 'Authorization: Bearer \${${VARIABLE}}'`,
    ]
  ) assert.ok(lines.includes(line), line);
  for (const line of lines.filter((text) => /^(claude|codex|gemini|code) /.test(text))) {
    assert.doesNotMatch(line, /mwt_[a-z0-9]+_[0-9A-Za-z]/);
  }
});

Deno.test("mcp-remote is told to speak plain http only where the address is of another machine", async () => {
  const argsAt = async (publicUrl: string) => {
    const env: Record<string, string> = publicUrl === "" ? {} : { AEROSTACK_PUBLIC_URL: publicUrl };
    await using app = await connectPage({ url: "http://127.0.0.1:1/mcp" }, env);
    const { html } = await see(app, CONNECT, await app.signIn("viewer"));
    const config = JSON.parse(configsOn(html).get("claude-desktop") ?? "");
    return config.mcpServers["data-eng"].args as string[];
  };

  assert.ok((await argsAt("http://gateway.internal:8000")).includes("--allow-http"));
  assert.ok(!(await argsAt("https://mcp.example.com")).includes("--allow-http"));
  assert.ok(!(await argsAt("")).includes("--allow-http"));
});
