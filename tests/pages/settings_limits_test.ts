import assert from "node:assert/strict";
import { updateServer } from "../../core/servers/update_server.ts";
import { updateWorkspace } from "../../core/workspaces/update_workspace.ts";
import { startApp } from "../_support/app.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { see } from "./_forms.ts";
import { workspaceWorld } from "./_workspace_world.ts";

Deno.test("the page of limits lists those that differ, with where each is changed", async () => {
  await using world = await workspaceWorld();
  const { app, services } = world;
  const viewer = await app.signIn("viewer");
  await updateWorkspace(services, AN_ADMIN, "team", {
    limits: { requestsPerMinute: 1_200 },
    retentionDays: 30,
  });
  await updateServer(services, AN_ADMIN, "users", { maxConcurrent: 7 });

  const { html } = await see(app, "/settings/limits", viewer);

  const rows = [...html.matchAll(/<tr[^>]*>(.*?)<\/tr>/gs)].map(([, row]) => row).slice(1);
  assert.equal(rows.length, 3);
  assert.match(rows[0], /The team.*Requests a minute.*1,200.*no limit.*settings#limits/s);
  assert.match(rows[1], /Days that calls are kept.*30.*90.*settings#retention/s);
  assert.match(rows[2], /Users.*Calls at once.*7.*100.*href="\/servers\/users\/settings"/s);
});

Deno.test("where nothing differs the page of limits says what could", async () => {
  await using app = await startApp();

  const { html } = await see(app, "/settings/limits", await app.signIn("viewer"));

  assert.match(html, /Nothing is limited yet/);
});
