import assert from "node:assert/strict";
import { App, type FreshContext, HttpError, type Middleware } from "fresh";
import { quietly } from "../_support/quietly.ts";

interface State {
  trail: string;
}

/** Answers requests without a network. */
function client<S>(app: App<S>) {
  const handler = app.handler();
  return async (path: string, init: RequestInit = {}) => {
    const response = await handler(new Request(`http://site.test${path}`, init));
    const { headers, status } = response;
    return { headers, status, body: await response.text() };
  };
}

/** Adds its name to the trail, on the way in. */
const leave = (name: string): Middleware<State> => (ctx) => {
  ctx.state.trail = (ctx.state.trail ?? "") + name;
  return ctx.next();
};
const showTrail: Middleware<State> = (ctx) => ctx.text(ctx.state.trail);

Deno.test("App runs middlewares in the order in which they were added", async () => {
  const app = new App<State>().use(leave("a"), leave("b")).use(leave("c")).get("/", showTrail);

  assert.equal((await client(app)("/")).body, "abc");
});

Deno.test("App.use() reaches only routes that are added after it", async () => {
  const app = new App<State>().use(leave("a")).get("/early", showTrail)
    .use(leave("b")).get("/late", showTrail);
  const get = client(app);

  assert.equal((await get("/early")).body, "a");
  assert.equal((await get("/late")).body, "ab");
});

Deno.test("App.use() with a path reaches what is at that path and below it", async () => {
  const app = new App<State>().use(leave("r")).use("/in", leave("i"))
    .get("/in", showTrail).get("/in/:deep/er", showTrail).get("/inside", showTrail);
  const get = client(app);

  assert.equal((await get("/in")).body, "ri");
  assert.equal((await get("/in/very/er")).body, "ri");
  assert.equal((await get("/inside")).body, "r");
});

Deno.test("middlewares see the answer of what comes after them", async () => {
  const app = new App()
    .use(async (ctx) => {
      const response = await ctx.next();
      response.headers.set("x-seen", String(response.status));
      return response;
    })
    .get("/", () => new Response("ok", { status: 201 }));

  assert.equal((await client(app)("/")).headers.get("x-seen"), "201");
});

Deno.test("middlewares run for paths that nobody answers", async () => {
  const app = new App().use((ctx) => ctx.text(ctx.url.pathname)).get("/", (ctx) => ctx.text("no"));

  assert.equal((await client(app)("/nowhere")).body, "/nowhere");
});

Deno.test("App answers each method with its own handler", async () => {
  const say = (ctx: FreshContext) => ctx.text(`handled ${ctx.req.method}`);
  const app = new App().get("/", say).post("/", say).put("/", say).patch("/", say).delete("/", say);
  const send = client(app);

  for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"]) {
    assert.equal((await send("/", { method })).body, `handled ${method}`);
  }
});

Deno.test("App.all() answers every method", async () => {
  const send = client(new App().all("/", (ctx) => ctx.text(ctx.req.method)));

  for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
    assert.equal((await send("/", { method })).body, method);
  }
});

Deno.test("HEAD is answered by GET, without a body", async () => {
  const app = new App().get("/", () => new Response("body", { headers: { "x-from": "get" } }));

  const { body, headers, status } = await client(app)("/", { method: "HEAD" });

  assert.deepEqual([status, body, headers.get("x-from")], [200, "", "get"]);
});

Deno.test("App answers 405 to a method that a known path does not have", async () => {
  const app = new App().get("/fixed", (ctx) => ctx.text("ok")).get(
    "/a/:b",
    (ctx) => ctx.text("ok"),
  );
  const send = client(app);

  assert.equal((await send("/fixed", { method: "POST" })).status, 405);
  assert.equal((await send("/a/b", { method: "DELETE" })).status, 405);
  assert.equal((await send("/fixed", { method: "POST" })).body, "Method Not Allowed");
});

Deno.test("a handler's own 405 is left as it is", async () => {
  const app = new App().all("/", () => new Response("mine", { status: 405 }));

  const { body, headers, status } = await client(app)("/");

  assert.deepEqual([status, body, headers.get("allow")], [405, "mine", null]);
});

Deno.test("App answers OPTIONS for a known path with the methods it has", async () => {
  const app = new App().post("/", (ctx) => ctx.text("ok")).put("/", (ctx) => ctx.text("ok"));

  const { headers, status } = await client(app)("/", { method: "OPTIONS" });

  assert.equal(status, 204);
  assert.deepEqual(headers.get("allow")?.split(", ").sort(), ["POST", "PUT"]);
});

Deno.test("App answers 404 to an unknown path", async () => {
  const { body, status } = await client(new App().get("/", (ctx) => ctx.text("ok")))("/else");

  assert.deepEqual([status, body], [404, "Not Found"]);
});

Deno.test("fixed paths come before patterns, whatever their order", async () => {
  const app = new App().get("/:any", (ctx) => ctx.text("pattern"))
    .get("/fixed", (ctx) => ctx.text("fixed"));
  const get = client(app);

  assert.equal((await get("/fixed")).body, "fixed");
  assert.equal((await get("/other")).body, "pattern");
});

Deno.test("of two patterns that match, the first one added answers", async () => {
  const app = new App().get("/a/:first", (ctx) => ctx.text("first"))
    .get("/a/:second", (ctx) => ctx.text("second")).get("/:x/:y", (ctx) => ctx.text("third"));
  const get = client(app);

  assert.equal((await get("/a/b")).body, "first");
  assert.equal((await get("/b/b")).body, "third");
});

Deno.test("of two handlers for the same path, the first one added answers", async () => {
  const app = new App().get("/a", (ctx) => ctx.text("first")).get(
    "/a",
    (ctx) => ctx.text("second"),
  );

  assert.equal((await client(app)("/a")).body, "first");
});

Deno.test("a fixed path is found with and without a slash at its end", async () => {
  const get = client(new App().get("/a/b", (ctx) => ctx.text("ok")));

  assert.equal((await get("/a/b/")).status, 200);
  assert.equal((await get("/a/b")).status, 200);
});

const PATTERNS: [pattern: string, path: string, params: Record<string, string> | null][] = [
  ["/ws/:slug/sse", "/ws/team-a/sse", { slug: "team-a" }],
  ["/ws/:slug/sse", "/ws/team-a", null],
  ["/ws/:slug/sse", "/ws/team-a/sse/", null],
  ["/ws/:slug/sse", "/ws/a/b/sse", null],
  ["/:a/:b", "/x%20y/%C3%A9", { a: "x y", b: "é" }],
  ["/:a", "/a%2Fb", { a: "a%2Fb" }],
  ["/docs/:rest*", "/docs", { rest: "" }],
  ["/docs/:rest*", "/docs/a", { rest: "a" }],
  ["/docs/:rest*", "/docs/a/b/c", { rest: "a/b/c" }],
  ["/docs/:rest*", "/document", null],
  ["/shop{/:kind}?", "/shop", { kind: "" }],
  ["/shop{/:kind}?", "/shop/tea", { kind: "tea" }],
  ["/shop{/:kind}?", "/shop/tea/green", null],
  ["/{:lang}?", "/", { lang: "" }],
  ["/{:lang}?", "/de", { lang: "de" }],
  ["/:id(\\d+)", "/42", { id: "42" }],
  ["/:id(\\d+)", "/abc", null],
  ["/files/:name.json", "/files/a.json", { name: "a" }],
  ["/files/:name.json", "/files/a.xml", null],
  ["/a/:x-:y", "/a/1-2", { x: "1", y: "2" }],
];

for (const [pattern, path, params] of PATTERNS) {
  const outcome = params === null ? "nothing" : JSON.stringify(params);
  Deno.test(`the pattern ${pattern} makes of ${path}: ${outcome}`, async () => {
    const app = new App().get(pattern, (ctx) => ctx.json({ ...ctx.params }));

    const { body, status } = await client(app)(path);

    if (params === null) assert.equal(status, 404);
    else assert.deepEqual(JSON.parse(body), params);
  });
}

Deno.test("ctx.route is the pattern that matched", async () => {
  const get = client(new App().get("/a/:b", (ctx) => ctx.text(String(ctx.route))));

  assert.equal((await get("/a/1")).body, "/a/:b");
});

Deno.test("a middleware knows the pattern that will answer, and null where none will", async () => {
  const seen: (string | null)[] = [];
  const app = new App().use((ctx) => {
    seen.push(ctx.route);
    return ctx.next();
  }).get("/team/:name", () => new Response("here"));
  const get = client(app);

  await get("/team/a");
  await get("/elsewhere");

  assert.deepEqual(seen, ["/team/:name", null]);
});

Deno.test("ctx.info says where a request comes from", async () => {
  const app = new App().get("/", ({ info: { remoteAddr } }) => {
    return new Response("hostname" in remoteAddr ? remoteAddr.hostname : "none");
  });
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, app.handler());

  const response = await fetch(`http://127.0.0.1:${server.addr.port}/`);

  assert.equal(await response.text(), "127.0.0.1");
});

Deno.test("ctx.url has no double slashes that could pass for another site", async () => {
  const app = new App().all("*", (ctx) => ctx.text(ctx.url.pathname));

  assert.equal((await client(app)("//evil.test//a")).body, "/evil.test/a");
});

Deno.test("ctx.redirect() sends elsewhere, with 302 or another status", async () => {
  const app = new App().get("/a", (ctx) => ctx.redirect("/b?c=//d"))
    .get("/b", (ctx) => ctx.redirect("https://other.test//x", 303));
  const get = client(app);

  const [plain, other] = [await get("/a"), await get("/b")];

  assert.deepEqual([plain.status, plain.headers.get("location")], [302, "/b?c=//d"]);
  assert.deepEqual([other.status, other.headers.get("location")], [303, "https://other.test//x"]);
});

Deno.test("ctx.redirect() never turns a path into another site's address", async () => {
  const app = new App().get("/", (ctx) => ctx.redirect(ctx.url.searchParams.get("to") ?? ""));
  const get = client(app);

  for (const to of ["//evil.test", "///evil.test//x"]) {
    const { headers } = await get(`/?to=${encodeURIComponent(to)}`);
    assert.match(headers.get("location") ?? "", /^\/evil\.test/);
  }
});

Deno.test("ctx.json(), text() and html() name what they send", async () => {
  const app = new App().get("/j", (ctx) => ctx.json({ a: 1 }, { status: 201 }))
    .get("/t", (ctx) => ctx.text("<b>", { headers: { "x-a": "b" } }))
    .get("/h", (ctx) => ctx.html("<b>", { status: 202 }));
  const get = client(app);

  const [json, text, html] = [await get("/j"), await get("/t"), await get("/h")];

  assert.deepEqual([json.status, json.body], [201, `{"a":1}`]);
  assert.match(json.headers.get("content-type") ?? "", /^application\/json/);
  assert.equal(text.headers.get("x-a"), "b");
  assert.match(text.headers.get("content-type") ?? "", /^text\/plain/);
  assert.deepEqual([html.status, html.body], [202, "<b>"]);
  assert.match(html.headers.get("content-type") ?? "", /^text\/html; ?charset=utf-8$/i);
});

Deno.test("an HttpError answers with its status and message", async () => {
  const app = new App().get("/told", () => {
    throw new HttpError(418, "a teapot");
  }).get("/silent", () => {
    throw new HttpError(403);
  });
  const get = client(app);

  const [told, silent] = [await get("/told"), await get("/silent")];

  assert.deepEqual([told.status, told.body], [418, "a teapot"]);
  assert.deepEqual([silent.status, silent.body], [403, "Forbidden"]);
});

Deno.test("any other error answers 500 and tells the client nothing", async () => {
  const app = new App().get("/", () => {
    throw new Error("the password is 1234");
  });

  const { body, status } = await quietly(() => client(app)("/"));

  assert.deepEqual([status, body], [500, "Internal server error"]);
});

Deno.test("App.onError() answers for what is below its path, and knows the error", async () => {
  const fail = () => {
    throw new HttpError(410, "gone");
  };
  const show = (name: string) => (ctx: FreshContext) => {
    const { error } = ctx;
    return ctx.text(`${name}: ${error instanceof HttpError ? error.message : "?"}`);
  };
  const app = new App().onError("*", show("outer")).onError("/in", show("inner"))
    .get("/in/x", fail).get("/out", fail);
  const get = client(app);

  assert.equal((await get("/in/x")).body, "inner: gone");
  assert.equal((await get("/out")).body, "outer: gone");
});

Deno.test("App.notFound() answers for unknown paths and for a thrown 404", async () => {
  const app = new App().notFound(() => new Response("nothing here", { status: 404 }))
    .onError("*", () => new Response("other", { status: 500 }))
    .get("/thrown", () => {
      throw new HttpError(404);
    })
    .get("/broken", () => {
      throw new Error("broken");
    });
  const get = client(app);

  assert.equal((await get("/unknown")).body, "nothing here");
  assert.equal((await get("/thrown")).body, "nothing here");
  assert.equal((await get("/broken")).body, "other");
});

Deno.test("a middleware can catch what is thrown behind it", async () => {
  const app = new App()
    .use(async (ctx) => {
      try {
        return await ctx.next();
      } catch (error) {
        return ctx.text(error instanceof Error ? `caught ${error.message}` : "?");
      }
    })
    .get("/", () => {
      throw new Error("it");
    });

  assert.equal((await client(app)("/")).body, "caught it");
});

Deno.test("a handler may stand in front of another one", async () => {
  const app = new App<State>().get("/", leave("a"), leave("b"), showTrail);

  assert.equal((await client(app)("/")).body, "ab");
});

Deno.test("basePath comes before every path", async () => {
  const app = new App({ basePath: "/base" }).get("/", (ctx) => ctx.text("home"))
    .get("/a", (ctx) => ctx.text("a"));
  const get = client(app);

  assert.equal((await get("/base")).body, "home");
  assert.equal((await get("/base/a")).body, "a");
  assert.equal((await get("/a")).status, 404);
});

Deno.test("mountApp() puts an app below a path, with its middlewares", async () => {
  const inner = new App<State>().use(leave("inner")).get("/", showTrail).get("/x", showTrail);
  const app = new App<State>().use(leave("outer ")).get("/", showTrail).mountApp("/m", inner);
  const get = client(app);

  assert.equal((await get("/m")).body, "outer inner");
  assert.equal((await get("/m/x")).body, "outer inner");
  assert.equal((await get("/")).body, "outer ");
});

Deno.test("trustProxy takes scheme and host from the proxy; without it they are ignored", async () => {
  const headers = { "x-forwarded-proto": "https", "x-forwarded-host": "public.test" };
  const show = (ctx: FreshContext) => ctx.text(ctx.url.origin);

  const trusting = client(new App({ trustProxy: true }).get("/", show));
  const careful = client(new App().get("/", show));

  assert.equal((await trusting("/", { headers })).body, "https://public.test");
  assert.equal((await careful("/", { headers })).body, "http://site.test");
});

Deno.test("requests at the same time do not mix up their states", async () => {
  const app = new App<State>()
    .use(async (ctx) => {
      ctx.state.trail = ctx.url.searchParams.get("n") ?? "";
      await new Promise((resolve) => setTimeout(resolve, Number(ctx.state.trail) % 3));
      return ctx.next();
    })
    .get("/", showTrail);
  const get = client(app);
  const numbers = Array.from({ length: 50 }, (_, i) => String(i));

  const bodies = await Promise.all(numbers.map(async (n) => (await get(`/?n=${n}`)).body));

  assert.deepEqual(bodies, numbers);
});
