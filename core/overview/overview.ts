import type { Call } from "../calls/call.ts";
import type { SecretView } from "../secrets/secret.ts";
import type { ServerView } from "../servers/server.ts";
import type { TokenView } from "../tokens/token.ts";
import type { WorkspaceView } from "../workspaces/workspace.ts";

/** The most rows that one list of the overview has. */
export const MAX_ROWS = 100;

/** The most calls that the overview shows. */
export const MAX_CALLS = 20;

/** The rows of a list that are shown, and whether the store has more. */
export interface Listed<Row> {
  rows: Row[];
  hasMore: boolean;
}

/** A server with its secrets: their names and rules, never their values. */
export type ServerRow = Omit<ServerView, "secrets"> & { secrets: SecretView[] };

/** When a token was last used, as far as the latest calls tell. */
export type LastCall = { at: string } | "never" | "not lately";

/** A member's token, and where it leads. */
export interface TokenRow extends TokenView {
  /** The slug of its workspace. */
  workspace: string;
  lastCall: LastCall;
}

/** A call, and the slug of the workspace that it was made in. */
export type CallRow = Call & { workspace: string };

/** What an admin sees at a glance. */
export interface Overview {
  servers: Listed<ServerRow>;
  workspaces: Listed<WorkspaceView>;
  tokens: Listed<TokenRow>;
  /** Newest first; of the first workspaces only. */
  calls: CallRow[];
}
