import type { CallView, Reason } from "../../../../../core/calls/call.ts";

/** Why a call did not do what was asked, and what may help. */
export interface ReasonWords {
  sentence: string;
  /** What to do; empty where there is nothing to be done. */
  advice: string;
  /** Where it is done. */
  place?: "server" | "secrets" | "tools" | "workspace" | "tokens" | "limits" | "system";
}

const CLIENT = "The client sent what the protocol does not allow; a newer version of it may help.";

/** Every reason, in the words of people who were not there. */
export const REASONS: Record<Reason, ReasonWords> = {
  rate_limited: {
    sentence: "A limit on requests was reached, of the token, the workspace or the tool.",
    advice: "It passes by itself. Raise the limit if it is reached in daily work.",
    place: "limits",
  },
  too_many: {
    sentence: "As many calls were running as the gateway, the server or a limit allows at once.",
    advice: "Trying again helps. If it happens often, raise the limit of calls at once.",
    place: "limits",
  },
  token_revoked: {
    sentence: "The token had been revoked before.",
    advice: "If this person should still have access, make them a new token.",
    place: "tokens",
  },
  token_expired: {
    sentence: "The token had expired.",
    advice: "Make a new token, or one that lasts longer.",
    place: "tokens",
  },
  workspace_disabled: {
    sentence: "The workspace was disabled.",
    advice: "Enable it when its members should work again.",
    place: "workspace",
  },
  wrong_workspace: {
    sentence: "A token of this workspace was used at the address of another one.",
    advice: "Correct the workspace in the editor's configuration, or make a token there.",
    place: "tokens",
  },
  access_ended: {
    sentence: "The token ended while its call was worked on.",
    advice: "Nothing has to be done: that is what revoking is for.",
    place: "tokens",
  },
  hidden_or_unknown: {
    sentence: "There is no such name in the workspace, or a policy hides it from this person.",
    advice: "Compare the policy of the server in this workspace, and that of the token.",
    place: "workspace",
  },
  definition_held: {
    sentence: "The tool's definition changed, and no admin has approved it yet.",
    advice: "Look at what changed, then approve it or leave it held.",
    place: "tools",
  },
  server_disabled: {
    sentence: "The server was disabled.",
    advice: "Its settings say by whom and why, and enable it again.",
    place: "server",
  },
  secret_missing: {
    sentence: "A secret was missing that each member sets, and this person had not.",
    advice: "Ask them to set it on their own page, or set a shared value.",
    place: "secrets",
  },
  unknown_method: {
    sentence: "The method is none that the gateway answers.",
    advice: CLIENT,
  },
  unknown_session: {
    sentence: "The client's session had ended, or was never begun here.",
    advice: "Clients begin a new one by themselves; an old one may need a restart.",
  },
  not_found: {
    sentence: "What was asked for is not there: a stream, or a server's own endpoint.",
    advice: "Compare the URL in the editor's configuration with the one on the page Connect.",
    place: "workspace",
  },
  invalid_input: { sentence: "A value in the request was not valid.", advice: CLIENT },
  invalid_request: {
    sentence: "The request was no JSON, no JSON-RPC, or not as its revision of MCP wants it.",
    advice: CLIENT,
  },
  header_mismatch: { sentence: "A header said something else than the body.", advice: CLIENT },
  too_large: {
    sentence: "The request was larger than the gateway takes.",
    advice: "Send less at once, a file by its address for example.",
  },
  unsupported_media_type: { sentence: "The request's body was not JSON.", advice: CLIENT },
  not_acceptable: {
    sentence: "The client accepts neither JSON nor an event stream.",
    advice: CLIENT,
  },
  method_not_allowed: { sentence: "The HTTP method is none for this address.", advice: CLIENT },
  forbidden: {
    sentence: "The request came from a web page of another site.",
    advice: "Browsers of other sites may not call the gateway.",
  },
  conflict: {
    sentence: "Something else changed what the call needed at the same moment.",
    advice: "Trying again helps.",
  },
  cancelled: {
    sentence: "The client took the call back before it was answered.",
    advice: "Often a person pressed stop. If nobody did, the client waits for less than the tool " +
      "takes.",
  },
  tool_error: {
    sentence: "The tool ran and said that it failed.",
    advice: "Its answer told the person why; the gateway keeps no answers.",
  },
  server_error: {
    sentence: "The server answered with an error of the protocol.",
    advice: "Its own log says more. Arguments that do not fit the tool are a frequent cause.",
    place: "server",
  },
  upstream_timeout: {
    sentence: "The server did not answer in time.",
    advice: "See whether it is slow for others, too; its timeouts are in its settings.",
    place: "server",
  },
  upstream_failed: {
    sentence: "The server could not be reached, or answered nonsense.",
    advice: "Test the connection on the server's page: it says what is wrong.",
    place: "server",
  },
  shutting_down: {
    sentence: "The gateway process was told to end while the call ran.",
    advice: "Trying again helps: another process answers.",
  },
  internal: {
    sentence: "Something failed in the gateway.",
    advice: "The gateway's log says what, at this time.",
    place: "system",
  },
};

/** A reason in a cell of a table. */
export function spokenReason(reason: Reason): string {
  return reason.replaceAll("_", " ");
}

/** Where it is solved: a title and an address; `null` where no page solves it. */
export function placeOf(
  { reason, server }: CallView,
  workspace: string,
): { title: string; path: string } | null {
  const place = reason === null ? undefined : REASONS[reason].place;
  switch (place) {
    case "server":
    case "secrets":
    case "tools": {
      if (server === null) return null;
      const part = { server: "/settings", secrets: "/secrets", tools: "" }[place];
      return { title: `Go to server ${server}`, path: `/servers/${server}${part}` };
    }
    case "workspace":
      return { title: `Go to workspace ${workspace}`, path: `/workspaces/${workspace}` };
    case "tokens":
      return { title: "Go to the tokens", path: `/workspaces/${workspace}/tokens` };
    case "limits":
      return { title: "Go to the limits", path: "/settings/limits" };
    case "system":
      return { title: "Go to the system's state", path: "/settings" };
    case undefined:
      return null;
  }
}
