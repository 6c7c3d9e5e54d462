import { memberEmail } from "../members/member.ts";
import { exposedName } from "../mcp/tool_names.ts";
import type { ReportQuestion } from "./report.ts";
import type { Tally } from "./tally.ts";
import type { Detail } from "./tally_source.ts";

/** Who is asked for: an e-mail address, a token's id or a name, in any case of letters. */
export function isMember(
  wanted: string,
  { tokenId, person, email }: Pick<Tally, "tokenId" | "person" | "email">,
): boolean {
  const text = memberEmail(wanted);
  return text === tokenId || text === person.trim().toLowerCase() ||
    (email !== null && text === memberEmail(email));
}

/** Which tool is asked for: by its own name, or by the one that editors show. */
export function isTool(
  wanted: string,
  { server, tool }: Pick<Tally, "server" | "tool">,
): boolean {
  if (wanted === tool) return true;
  return server !== null && wanted.startsWith(server) && wanted === exposedName(server, tool);
}

/** Whether a tally is of what a question asks for. */
export function isAskedFor(
  { server, member, tool }: Pick<ReportQuestion, "server" | "member" | "tool">,
  tally: Tally,
): boolean {
  if (server !== undefined && tally.server !== server && tally.serverId !== server) return false;
  if (member !== undefined && !isMember(member, tally)) return false;
  return tool === undefined || isTool(tool, tally);
}

/** The least that tallies have to tell apart for a question. */
export function detailOf({ by, server, member, tool }: ReportQuestion): Detail {
  const ofMembers = by === undefined || by === "user" || member !== undefined;
  const ofTools = by === undefined || by === "tool" || by === "server" ||
    server !== undefined || tool !== undefined;
  if (ofMembers) return ofTools ? "everything" : "members";
  return ofTools ? "tools" : "total";
}
