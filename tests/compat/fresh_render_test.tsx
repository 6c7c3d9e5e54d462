import assert from "node:assert/strict";
import { App, createDefine, HttpError, page, type PageProps } from "fresh";
import { asset, assetSrcSet, Head, IS_BROWSER, Partial } from "fresh/runtime";
import { quietly } from "../_support/quietly.ts";

interface State {
  user: string;
}

const define = createDefine<State>();

async function render<S>(app: App<S>, path = "/", init: RequestInit = {}) {
  const response = await app.handler()(new Request(`http://site.test${path}`, init));
  return { response, html: await response.text() };
}

const wrapper = ({ Component }: PageProps) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <title>Site</title>
      <meta name="description" content="of the site" />
    </head>
    <body>
      <Component />
    </body>
  </html>
);

Deno.test("a page stands in its layouts, and they in the app wrapper", async () => {
  const layout = (name: string) => ({ Component }: PageProps) => (
    <div class={name}>
      <Component />
    </div>
  );
  const app = new App().appWrapper(wrapper).layout("*", layout("outer"))
    .layout("/in", layout("inner")).route("/in/page", { component: () => <h1>page</h1> });

  const { html, response } = await render(app, "/in/page");

  assert.match(html, /^<!DOCTYPE html><html lang="en">/);
  assert.match(html, /<div class="outer"><div class="inner"><h1>page<\/h1><\/div><\/div>/);
  assert.match(response.headers.get("content-type") ?? "", /^text\/html; ?charset=utf-8$/i);
});

Deno.test("a page may leave out its layouts and the app wrapper", async () => {
  const app = new App().appWrapper(wrapper).layout("*", () => <i>layout</i>).route("/", {
    component: () => <h1>alone</h1>,
    config: { skipAppWrapper: true, skipInheritedLayouts: true },
  });

  const { html } = await render(app);

  assert.match(html, /<h1>alone<\/h1>/);
  assert.doesNotMatch(html, /layout|lang="en"/);
});

Deno.test("a layout may leave out the layouts above it", async () => {
  const layout = (name: string) => ({ Component }: PageProps) => (
    <div class={name}>
      <Component />
    </div>
  );
  const app = new App().layout("*", layout("outer"))
    .layout("/in", layout("inner"), { skipInheritedLayouts: true })
    .route("/in/page", { component: () => <h1>page</h1> });

  const { html } = await render(app, "/in/page");

  assert.match(html, /<div class="inner"><h1>page/);
  assert.doesNotMatch(html, /outer/);
});

Deno.test("a handler's data, status and headers reach the page and the answer", async () => {
  const handler = define.handlers({
    GET: (ctx) => {
      ctx.state.user = "Ada";
      return page({ greeting: "Hello" }, { status: 201, headers: { "x-a": "b" } });
    },
  });
  const component = ({ data, state }: PageProps<unknown, State>) => (
    <p>{`${JSON.stringify(data)}, ${state.user}`}</p>
  );

  const { html, response } = await render(new App<State>().route("/", { handler, component }));

  assert.match(html, /<p>{&quot;greeting&quot;:&quot;Hello&quot;}, Ada<\/p>/);
  assert.equal(response.status, 201);
  assert.equal(response.headers.get("x-a"), "b");
});

Deno.test("a page without a handler for GET is rendered all the same", async () => {
  const handler = define.handlers({ POST: (ctx) => ctx.redirect("/done", 303) });
  const app = new App<State>().route("/", { handler, component: () => <h1>form</h1> });

  const shown = await render(app);
  const sent = await render(app, "/", { method: "POST" });

  assert.match(shown.html, /<h1>form<\/h1>/);
  assert.equal(sent.response.status, 303);
});

Deno.test("a page may wait, and may answer with a response of its own", async () => {
  const app = new App()
    .route("/slow", {
      component: async () => {
        await Promise.resolve();
        return <h1>slow</h1>;
      },
    })
    .route("/away", { component: async () => await Promise.resolve(new Response("away")) });

  assert.match((await render(app, "/slow")).html, /<h1>slow<\/h1>/);
  assert.equal((await render(app, "/away")).html, "away");
});

Deno.test("pages get the request, its address and parameters as props", async () => {
  const app = new App().route("/a/:b", {
    component: ({ params, req, route, url }) => (
      <p>{[params.b, req.method, route, url.search].join(" ")}</p>
    ),
  });

  assert.match((await render(app, "/a/x?y=z")).html, /<p>x GET \/a\/:b \?y=z<\/p>/);
});

Deno.test("an error page gets the error, and its status", async () => {
  const app = new App()
    .onError("*", {
      component: ({ error }) => <p>{error instanceof HttpError ? error.message : "other"}</p>,
    })
    .get("/gone", () => {
      throw new HttpError(410, "gone for good");
    })
    .get("/broken", () => {
      throw new Error("secret");
    });

  const gone = await render(app, "/gone");
  const broken = await render(app, "/broken");

  assert.match(gone.html, /<p>gone for good<\/p>/);
  assert.equal(gone.response.status, 410);
  assert.match(broken.html, /<p>other<\/p>/);
  assert.equal(broken.response.status, 500);
});

Deno.test("ctx.render() renders JSX with a status of its own", async () => {
  const app = new App().get("/", (ctx) => ctx.render(<h1>made here</h1>, { status: 202 }));

  const { html, response } = await render(app);

  assert.match(html, /^<!DOCTYPE html><html><head>.*<\/head><body><h1>made here<\/h1><\/body>/);
  assert.equal(response.status, 202);
});

Deno.test("text is escaped wherever it is put", async () => {
  const hostile = `"><script>alert(1)</script>`;
  const app = new App().get("/", (ctx) => ctx.render(<p title={hostile}>{hostile}</p>));

  const { html } = await render(app);

  assert.doesNotMatch(html, /<script>alert/);
});

Deno.test("Head adds to the document's head, and replaces what says the same", async () => {
  const app = new App().appWrapper(wrapper).route("/", {
    component: () => (
      <main>
        <Head>
          <title>Page</title>
          <meta name="description" content="of the page" />
          <link rel="canonical" href="https://site.test/" />
        </Head>
        <h1>page</h1>
      </main>
    ),
  });

  const { html } = await render(app);

  const [, head] = /<head>(.*)<\/head>/s.exec(html) ?? [];
  assert.deepEqual(head?.match(/<title>.*?<\/title>/g), ["<title>Page</title>"]);
  assert.deepEqual(head?.match(/<meta name="description"[^>]*>/g)?.length, 1);
  assert.match(head ?? "", /content="of the page"/);
  assert.match(head ?? "", /rel="canonical"/);
  assert.match(html, /<main><h1>page<\/h1><\/main>/);
});

Deno.test("Head of one page is not seen in the next", async () => {
  const app = new App().appWrapper(wrapper)
    .route("/a", {
      component: () => (
        <Head>
          <title>A</title>
        </Head>
      ),
    })
    .route("/b", { component: () => <p>b</p> });

  await render(app, "/a");
  const { html } = await render(app, "/b");

  assert.match(html, /<title>Site<\/title>/);
});

Deno.test("a page without islands has no script", async () => {
  const { html } = await render(new App().get("/", (ctx) => ctx.render(<h1>still</h1>)));

  assert.doesNotMatch(html, /<script/);
});

Deno.test("links to the page itself and to pages above it are marked", async () => {
  const app = new App().route("/a/b", {
    component: () => (
      <nav>
        <a href="/a/b">self</a>
        <a href="/a">above</a>
        <a href="/c">other</a>
      </nav>
    ),
  });

  const { html } = await render(app, "/a/b");

  const link = (text: string) => new RegExp(`<a[^>]*>${text}</a>`).exec(html)?.[0] ?? "";
  assert.match(link("self"), /aria-current="page"/);
  assert.match(link("above"), /aria-current="true"/);
  assert.doesNotMatch(link("other"), /aria-current/);
});

Deno.test("asset() locks a path of the site to the build, and no other address", () => {
  const locked = asset("/site.css?a=1#b");

  assert.match(locked, /^\/site\.css\?a=1&__frsh_c=\w+#b$/);
  assert.equal(asset(locked), locked);
  for (const other of ["https://cdn.test/x.css", "//cdn.test/x.css", "x.css"]) {
    assert.equal(asset(other), other);
  }
});

Deno.test("assetSrcSet() locks every path of a srcset", () => {
  const locked = assetSrcSet("/a.png 1x, /b.png 2x, https://cdn.test/c.png 3x");

  assert.match(locked, /^\/a\.png\?__frsh_c=\w+ 1x, \/b\.png\?__frsh_c=\w+ 2x, https:\/\/cdn/);
});

Deno.test("images are locked to the build by themselves", async () => {
  const app = new App().get("/", (ctx) => ctx.render(<img src="/dot.svg" alt="" />));

  assert.match((await render(app)).html, /src="\/dot\.svg\?__frsh_c=\w+"/);
});

Deno.test("IS_BROWSER is false on the server", () => {
  assert.equal(IS_BROWSER, false);
});

Deno.test("Partial shows its children, and takes a name once", async () => {
  const part = (name: string) => (
    <Partial name={name}>
      <b>{name}</b>
    </Partial>
  );
  const app = new App().get("/one", (ctx) => ctx.render(part("a")))
    .get("/two", (ctx) => ctx.render(<div>{part("a")}{part("a")}</div>));

  assert.match((await render(app, "/one")).html, /<b>a<\/b>/);
  const twice = await quietly(() => render(app, "/two"));
  assert.equal(twice.response.status, 500);
});

const KEPT = (
  <section>
    <a href="/one">one</a>
    <img src="/dot.svg" alt="" />
    <style>{"p{}"}</style>
  </section>
);

Deno.test("JSX that is kept has nothing of the page that it was on before", async () => {
  const app = new App().appWrapper(wrapper).get("/one", (ctx) => ctx.render(KEPT))
    .get("/two", (ctx) => ctx.render(KEPT));

  const first = await render(app, "/one");
  const second = await render(app, "/two");

  const nonce = /nonce="(\w+)"/.exec(first.html)?.[1] ?? "no nonce";
  assert.ok(!second.html.includes(nonce));
  assert.doesNotMatch(second.html, /aria-current/);
  assert.equal(second.html.match(/dot\.svg/g)?.length, 1);
  assert.equal(second.html.match(/<title>/g)?.length, 1);
});
