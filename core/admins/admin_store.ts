import { AdminTokenStore } from "./admin_token_store.ts";
import { SessionStore } from "./session_store.ts";

/** Everything that is kept about admins: their tokens, and who is signed in. */
export class AdminStore {
  readonly tokens: AdminTokenStore;
  readonly sessions: SessionStore;

  constructor(kv: Deno.Kv) {
    this.tokens = new AdminTokenStore(kv);
    this.sessions = new SessionStore(kv);
  }
}
