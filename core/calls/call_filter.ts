import { exposedName, looksShortened, splitExposedName } from "../mcp/tool_names.ts";
import type { Call, Outcome } from "./call.ts";

/** Which calls of a workspace are wanted; what is left out does not matter. */
export interface CallFilter {
  /** The slug that the server had, or its id. */
  server?: string;
  /** A token's id, or the name or e-mail address that it says. */
  member?: string;
  /** The own name of a tool or prompt, the name that editors show, or a resource's URI. */
  tool?: string;
  outcome?: Outcome;
  /** Words, each of which is somewhere in who called what, and how it ended. */
  text?: string;
  /** The earliest arrival that counts, and the first that does not. */
  from?: Date;
  to?: Date;
}

/** Says of calls whether a filter lets them through. */
export function callMatcher(filter: CallFilter): (call: Call) => boolean {
  const { outcome, server, tool } = filter;
  const member = filter.member?.toLowerCase();
  const words = wordsOf(filter);
  const [from, to] = [filter.from?.toISOString(), filter.to?.toISOString()];

  return (call) =>
    (from === undefined || call.at >= from) &&
    (to === undefined || call.at < to) &&
    (outcome === undefined || call.outcome === outcome) &&
    (server === undefined || call.server === server || call.serverId === server) &&
    (tool === undefined || isTool(call, tool)) &&
    (member === undefined || isOf(call, member)) &&
    (words.length === 0 || words.every(includedIn(textOf(call))));
}

/**
 * Says of the JSON of one call, or of many, whether one of them may be let through. It is for what
 * would take long to read, and wrong only when it says that one may.
 */
export function jsonMatcher(filter: CallFilter): (json: string) => boolean {
  const { outcome, server, tool, member } = filter;
  // What joins two fields is in none of them as a whole.
  const parts = [server, member, storedPartOf(tool ?? ""), ...wordsOf(filter)].flatMap(
    (text) => (text ?? "").split(/__|\s/),
  );
  const needles = parts.filter((part) => part !== "")
    .map((part) => JSON.stringify(part.toLowerCase()).slice(1, -1));
  const ended = outcome === undefined ? "" : `"outcome":"${outcome}"`;
  if (needles.length === 0) return (json) => json.includes(ended);

  return (json) => json.includes(ended) && needles.every(includedIn(json.toLowerCase()));
}

function wordsOf({ text = "" }: CallFilter): string[] {
  return text.toLowerCase().split(/\s+/).filter((word) => word !== "");
}

function includedIn(text: string): (word: string) => boolean {
  return (word) => text.includes(word);
}

function textOf({ person, email, server, tool, method, outcome, reason }: Call): string {
  return [person, email, `${server}__${tool}`, method, outcome, reason].join("\n").toLowerCase();
}

function isTool({ server, tool }: Call, wanted: string): boolean {
  if (tool === wanted || `${server}__${tool}` === wanted) return true;
  if (server === null || !looksShortened(wanted) || !wanted.startsWith(server)) return false;
  return exposedName(server, tool) === wanted;
}

/** What a record has of a tool's name: of one that editors show shortened, the server's slug. */
function storedPartOf(tool: string): string {
  return looksShortened(tool) ? splitExposedName(tool)?.slug ?? tool : tool;
}

function isOf({ tokenId, person, email }: Call, member: string): boolean {
  return tokenId.toLowerCase() === member || person.toLowerCase() === member ||
    email?.toLowerCase() === member;
}
