import { timingSafeEqual } from "@std/crypto";
import type { Config } from "../config.ts";
import { hashToken, isWellFormed } from "../tokens/token_text.ts";
import type { Admin } from "./admin.ts";
import type { AdminStore } from "./admin_store.ts";

interface Deps {
  config: Pick<Config, "adminToken">;
  admins: AdminStore;
  now: () => Date;
}

/** Who sends this `Authorization` header; `null` when it opens nothing. */
export async function authenticateBearer(
  deps: Deps,
  header: string | null,
): Promise<Admin | null> {
  const bearer = /^Bearer +([\x21-\x7e]+) *$/i.exec(header ?? "")?.[1];
  if (bearer === undefined) return null;
  if (isEnvironmentToken(deps.config.adminToken, bearer)) {
    return { kind: "environment", name: "AEROSTACK_ADMIN_TOKEN" };
  }
  if (!isWellFormed(bearer, "aat")) return null;

  const token = await deps.admins.tokens.findByHash(hashToken(bearer));
  if (token === null) return null;
  const { name, expiresAt } = token;
  const isExpired = expiresAt !== null &&
    Date.parse(expiresAt) <= deps.now().getTime();
  return isExpired ? null : { kind: "token", name };
}

/** Who is signed in with this session cookie; `null` when nobody is. */
export function authenticateSession(
  deps: Pick<Deps, "admins" | "now">,
  cookie: string | null | undefined,
): Promise<Admin | null> {
  if (cookie === null || cookie === undefined) return Promise.resolve(null);
  return deps.admins.sessions.find(cookie, deps.now());
}

/** Compares hashes, so that neither content nor length shows in the time it takes. */
function isEnvironmentToken(expected: string | null, given: string): boolean {
  if (expected === null) return false;
  const encoder = new TextEncoder();
  return timingSafeEqual(
    encoder.encode(hashToken(given)),
    encoder.encode(hashToken(expected)),
  );
}
