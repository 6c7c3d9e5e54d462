import assert from "node:assert/strict";
import { MAX_FAILURES, MAX_QUEUED } from "../../core/limits/look_up_costs.ts";
import { newAdminTokenText, newTokenText } from "../../core/tokens/token_text.ts";
import { PATIENCE_MS } from "../_support/eventually.ts";
import { type RunningApp, startApp } from "../_support/app.ts";

/** So many more than one address may have looked up at once. */
const MORE = 40;
const TOO_MANY = MAX_FAILURES + MAX_QUEUED + MORE;
const ENVIRONMENT_TOKEN = "environment-token-0123456789";
const HOSTILE = "198.51.100.1";
const ELSEWHERE = "198.51.100.2";
const STATUS = "/api/v1/status";

/** What costs a look at the store before it is known whom it is from. */
const DOORS: Record<string, { path(): string; init(): RequestInit }> = {
  "the admin API": { path: () => STATUS, init: () => bearer(newAdminTokenText()) },
  "a workspace": { path: () => "/ws/team/sse", init: () => bearer(newTokenText("Alice")) },
  "a server of a workspace": {
    path: () => "/ws/team/servers/notes/sse",
    init: () => bearer(newTokenText("Alice")),
  },
  "the dashboard": {
    path: () => "/",
    init: () => withCookie("aerostack"),
  },
  "a member's API": { path: () => "/api/v1/me", init: () => bearer(newTokenText("Alice")) },
  "a member's page": { path: () => "/me", init: () => withCookie("aerostack-me") },
  "the form of a member's secret": {
    path: () => "/me/secrets",
    init: () => ({ ...withCookie("aerostack-me"), method: "POST" }),
  },
  "a member's sign-out": {
    path: () => "/me/sign-out",
    init: () => ({ ...withCookie("aerostack-me"), method: "POST" }),
  },
  "an admin's sign-out": {
    path: () => "/auth/sign-out",
    init: () => ({ ...withCookie("aerostack"), method: "POST" }),
  },
  "a sign-in link": { path: () => `/auth/link/${randomText()}`, init: () => ({ method: "POST" }) },
};

for (const [door, { path, init }] of Object.entries(DOORS)) {
  Deno.test(`an address that tries much at ${door} gets 429 with Retry-After, and others nothing of it`, async () => {
    await using app = await startApp({ AEROSTACK_ADMIN_TOKEN: ENVIRONMENT_TOKEN });
    using store = holdReads(app);
    const from = (address: string) => app.askFrom(address, path(), init());

    const hostile = flood(() => from(HOSTILE));
    await hostile.full;
    const others = Array.from({ length: 50 }, () => from(ELSEWHERE));
    const admin = await app.askFrom(HOSTILE, STATUS, bearer(ENVIRONMENT_TOKEN));
    store.letOn();
    const refused = refusalsIn(await hostile.answers);

    assert.equal(refused.length, MORE);
    assert.equal(refused[0].headers.get("retry-after"), "1");
    assert.equal(refusalsIn(await Promise.all(others)).length, 0);
    assert.equal(admin.status, 200);
  });
}

Deno.test("without trusted proxies a client cannot choose the address that it is counted by", async () => {
  await using app = await startApp();
  using store = holdReads(app);

  const tries = flood((at) => {
    return app.askFrom(HOSTILE, STATUS, bearer(newAdminTokenText(), `198.51.${at % 250}.1`));
  });
  await tries.full;
  store.letOn();

  assert.equal(refusalsIn(await tries.answers).length, MORE);
});

Deno.test("behind trusted proxies a client is counted by the address that they wrote", async () => {
  await using app = await startApp({ AEROSTACK_TRUSTED_PROXIES: "1" });
  using store = holdReads(app);
  const proxy = "10.0.0.1";
  const from = (client: string) =>
    app.askFrom(proxy, STATUS, bearer(newAdminTokenText(), `192.0.2.9, ${client}`));

  const hostile = flood(() => from(HOSTILE));
  await hostile.full;
  const others = Array.from({ length: 50 }, () => from(ELSEWHERE));
  store.letOn();

  assert.equal(refusalsIn(await hostile.answers).length, MORE);
  assert.equal(refusalsIn(await Promise.all(others)).length, 0);
});

Deno.test("a page says what to do to who is refused for what others try, and a link still works", async () => {
  await using app = await startApp();
  const link = await app.signInLink();
  {
    using store = holdReads(app);
    const tries = flood(() => {
      return app.askFrom(HOSTILE, `/auth/link/${randomText()}`, { method: "POST" });
    });
    await tries.full;
    store.letOn();
    const [refused] = refusalsIn(await tries.answers);
    assert.match(await refused.text(), /Wait a moment and try again/);
  }

  const signedIn = await app.askFrom(HOSTILE, link, { method: "POST" });
  assert.equal(signedIn.status, 303);
});

function withCookie(name: string): RequestInit {
  return { headers: { cookie: `${name}=${randomText()}` } };
}

function refusalsIn(responses: readonly Response[]): Response[] {
  return responses.filter(({ status }) => status === 429);
}

/** Asks too often at once; `full` when all that need not be looked up are refused. */
function flood(ask: (at: number) => Promise<Response>) {
  const full = Promise.withResolvers<void>();
  let refused = 0;
  const answers = Promise.all(
    Array.from({ length: TOO_MANY }, async (_, at) => {
      const response = await ask(at);
      if (response.status === 429 && ++refused === MORE) full.resolve();
      return response;
    }),
  );
  // Whoever is not refused waits for a store that is held: so a broken limit ends here.
  const timer = setTimeout(() => full.reject(new Error("Nobody was refused")), PATIENCE_MS);
  return { answers, full: full.promise.finally(() => clearTimeout(timer)) };
}

/** Lets every read of this app's store wait until a test lets them on. */
function holdReads({ services }: RunningApp) {
  const { kv } = services.store;
  const get = kv.get.bind(kv);
  const held = Promise.withResolvers<void>();
  kv.get = async (...args: Parameters<typeof get>) => {
    await held.promise;
    return await get(...args);
  };
  return {
    letOn: held.resolve,
    [Symbol.dispose]: () => {
      held.resolve();
      kv.get = get;
    },
  };
}

function bearer(token: string, forwardedFor?: string): RequestInit {
  const headers = new Headers({ authorization: `Bearer ${token}` });
  if (forwardedFor !== undefined) headers.set("x-forwarded-for", forwardedFor);
  return { headers };
}

function randomText(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(43)), (byte) => byte % 10).join("");
}
