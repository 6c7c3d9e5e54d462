import type { AuditStore } from "../audit/audit_store.ts";
import { AdminTokenStore } from "./admin_token_store.ts";
import { SessionCheckStore } from "./session_check_store.ts";
import { SessionStore } from "./session_store.ts";

/** Everything that is kept about admins: their tokens, and who is signed in. */
export class AdminStore {
  readonly tokens: AdminTokenStore;
  readonly sessions: SessionStore;
  readonly sessionChecks: SessionCheckStore;

  constructor(kv: Deno.Kv, audit: AuditStore) {
    this.tokens = new AdminTokenStore(kv, audit);
    this.sessions = new SessionStore(kv, audit);
    this.sessionChecks = new SessionCheckStore(kv);
  }
}
