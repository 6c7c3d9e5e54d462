/**
 * Where the stand-ins keep what the real packages document and do otherwise, or promise more.
 *
 * No part of the app may rely on any of this.
 */
import assert from "node:assert/strict";
import { timingSafeEqual } from "@std/crypto";
import { App } from "fresh";
import { Builder } from "fresh/dev";
import { FIXTURE_ROOT, fixtureHandler } from "../_support/fixture_app.ts";

const ignore = !import.meta.resolve("fresh").includes("/compat/");

// The app that it builds is kept for other tests, and with it the builder's message port.
const building = { ignore, sanitizeResources: false };

Deno.test("a refused method is told which ones there are", building, async () => {
  const files = await fixtureHandler();
  const own = new App().get("/", (ctx) => ctx.text("ok")).handler();
  const send = { method: "PUT" };

  const fromFile = await files(new Request("https://site.test/posts/x", send));
  const fromApp = await own(new Request("https://site.test/", send));

  assert.deepEqual([fromFile.status, fromFile.headers.get("allow")], [405, "GET, HEAD, POST"]);
  assert.deepEqual([fromApp.status, fromApp.headers.get("allow")], [405, "GET, HEAD"]);
});

Deno.test("a page for what was not found has status 404", { ignore }, async () => {
  const handler = new App().notFound({ component: () => null }).handler();

  assert.equal((await handler(new Request("https://site.test/"))).status, 404);
});

Deno.test("the same sources make the same build, and others another", { ignore }, async () => {
  const build = async (routeDir: string) => {
    const builder = new Builder({ root: FIXTURE_ROOT, routeDir });
    await builder.build({ snapshot: "memory" });
    return builder.config.buildId;
  };

  const [first, second, other] = [await build("routes"), await build("routes"), await build("no")];

  assert.equal(second, first);
  assert.notEqual(other, first);
});

Deno.test("timingSafeEqual() refuses bytes of different length", { ignore }, () => {
  const bytes = (length: number) => new Uint8Array(length);

  assert.throws(() => timingSafeEqual(bytes(2), bytes(3)), /of different length: 2 and 3/);
  assert.throws(() => timingSafeEqual(bytes(0), bytes(1)), TypeError);
});
