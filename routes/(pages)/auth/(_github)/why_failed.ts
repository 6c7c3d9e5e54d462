import type { SignInProblem } from "../../(_http)/sign_in_problem.ts";

/** What GitHub's own `error` in an answer means: it never got as far as a code. */
export function whyGitHubSaidNo(error: string): SignInProblem {
  if (error === "access_denied") return { kind: "failed", why: "denied" };
  if (error === "redirect_uri_mismatch") return { kind: "failed", why: "callback_url" };
  if (error === "application_suspended") return { kind: "failed", why: "suspended" };
  return { kind: "failed", why: "unknown" };
}

/** Why an answer of GitHub could not be taken, by what the library throws. */
export function whyFailed(thrown: unknown): SignInProblem {
  return { kind: "failed", why: reasonOf(thrown) };
}

function reasonOf(thrown: unknown) {
  const message = thrown instanceof Error ? thrown.message : "";
  if (message.includes("cookie not found")) return "no_cookie" as const;
  if (thrown instanceof Deno.errors.NotFound) return "expired" as const;
  if (message.includes("database is locked")) return "unknown" as const;
  // What `fetch` throws when there is no answer; a wrong one has other names.
  if (thrown instanceof TypeError && !/state|response/i.test(message)) {
    return "unreachable" as const;
  }
  return /\bstate\b/i.test(message) ? "state" as const : "exchange" as const;
}
