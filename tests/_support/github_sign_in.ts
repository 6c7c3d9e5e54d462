import type { RunningApp } from "./app.ts";
import { type GitHub, type GitHubUser, startGitHub } from "./github.ts";
import { loadKvOAuth } from "./load_kv_oauth.ts";

/**
 * The library opens its store when it is loaded, which no test is to blame for. All test files
 * that run at once share one environment: what was there is put back.
 */
await loadKvOAuth(":memory:");

export const CLIENT = { id: "the-client", secret: "the-secret" };

export const OCTOCAT: GitHubUser = { id: 1, login: "octocat" };

/** Starts a server that plays GitHub, with somebody at the browser. */
export function someGitHub(user: GitHubUser | null = OCTOCAT): GitHub {
  return startGitHub(CLIENT, user);
}

/** The environment of a gateway that lets people sign in there; octocat is an owner. */
export function gitHubEnv(
  github: GitHub,
  rules: Record<string, string> = { AEROSTACK_ADMINS: "octocat:owner" },
): Record<string, string> {
  return {
    GITHUB_CLIENT_ID: CLIENT.id,
    GITHUB_CLIENT_SECRET: CLIENT.secret,
    AEROSTACK_GITHUB_URL: github.url,
    ...rules,
  };
}

/** What came of a sign-in: where it led, and the cookies that the browser has then. */
export interface SignedIn {
  location: string;
  cookie: string;
}

/** The cookies that a browser keeps, answer by answer. */
export class CookieJar {
  readonly #cookies = new Map<string, string>();

  /** As the header `Cookie` has them. */
  get header(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  /** Whether a cookie of this name is kept. */
  has(name: string): boolean {
    return this.#cookies.has(name);
  }

  /** Keeps what an answer sets, and drops what it takes away. */
  take(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair, ...attributes] = line.split("; ");
      const name = pair.slice(0, pair.indexOf("="));
      const value = pair.slice(name.length + 1);
      if (attributes.includes("Max-Age=0") || value === "") this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
  }
}

/** Begins a sign-in at the app and goes to GitHub; gives the address of the callback. */
export async function goToGitHub(
  app: Pick<RunningApp, "ask">,
  jar: CookieJar,
  path = "/auth/sign-in",
): Promise<string> {
  const begun = await app.ask(path, { headers: { cookie: jar.header } });
  await begun.body?.cancel();
  jar.take(begun);
  const there = await fetch(begun.headers.get("location") ?? "", { redirect: "manual" });
  await there.body?.cancel();
  return there.headers.get("location") ?? "";
}

/** Comes back from GitHub. */
export async function comeBack(
  app: Pick<RunningApp, "ask">,
  jar: CookieJar,
  callback: string,
): Promise<string> {
  const { pathname, search } = new URL(callback);
  const back = await app.ask(pathname + search, { headers: { cookie: jar.header } });
  await back.body?.cancel();
  jar.take(back);
  return back.headers.get("location") ?? String(back.status);
}

/** Signs in with GitHub as a browser does. */
export async function signInWithGitHub(
  app: Pick<RunningApp, "ask">,
  path?: string,
): Promise<SignedIn> {
  const jar = new CookieJar();
  const location = await comeBack(app, jar, await goToGitHub(app, jar, path));
  return { location, cookie: jar.header };
}
