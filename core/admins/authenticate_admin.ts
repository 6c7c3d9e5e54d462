import { timingSafeEqual } from "@std/crypto";
import type { Config } from "../config.ts";
import type { LookUpCosts } from "../limits/look_up_costs.ts";
import { hashToken, isWellFormed } from "../tokens/token_text.ts";
import type { Admin } from "./admin.ts";
import type { AdminStore } from "./admin_store.ts";
import { adminOf } from "./session.ts";
import type { SessionChecks } from "./session_checks.ts";

interface Deps {
  config: Pick<Config, "adminToken">;
  admins: AdminStore;
  lookUps: LookUpCosts;
  now: () => Date;
}

/**
 * Who sends this `Authorization` header; `null` when it opens nothing.
 *
 * `address` is the client's, from where not too many may be tried. Throws `too_many`.
 */
export async function authenticateBearer(
  deps: Deps,
  header: string | null,
  address: string | null = null,
): Promise<Admin | null> {
  const bearer = /^Bearer +([\x21-\x7e]+) *$/i.exec(header ?? "")?.[1];
  if (bearer === undefined) return null;
  if (isEnvironmentToken(deps.config.adminToken, bearer)) {
    return { kind: "environment", id: null, name: "AEROSTACK_ADMIN_TOKEN", role: "owner" };
  }
  if (!isWellFormed(bearer, "aat")) return null;

  const hash = hashToken(bearer);
  return await deps.lookUps.run(address, `admin ${hash}`, () => findAdmin(deps, hash));
}

async function findAdmin(deps: Deps, hash: string): Promise<Admin | null> {
  const token = await deps.admins.tokens.findByHash(hash);
  if (token === null) return null;
  const { id, name, role, expiresAt } = token;
  const isExpired = expiresAt !== null &&
    Date.parse(expiresAt) <= deps.now().getTime();
  return isExpired ? null : { kind: "token", id, name, role };
}

/**
 * Who is signed in with this session cookie; `null` when nobody is, or GitHub says that they
 * may not be any more. Throws `too_many`.
 */
export async function authenticateSession(
  deps: { sessionChecks: SessionChecks; lookUps: LookUpCosts },
  cookie: string | null | undefined,
  address: string | null = null,
): Promise<Admin | null> {
  if (cookie === null || cookie === undefined) return null;
  const id = `session ${hashToken(cookie)}`;
  const current = () => deps.sessionChecks.current(cookie);
  const session = await deps.lookUps.run(address, id, current);
  return session === null ? null : adminOf(session);
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
