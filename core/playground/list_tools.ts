import { isObject, type JsonObject } from "../mcp/message.ts";
import { visibleText } from "../definitions/visible_text.ts";
import { UNAVAILABLE_KEY } from "../mcp/item_lists.ts";
import { askGateway, type FrontDoor } from "./ask_gateway.ts";
import type { OpenSeat } from "./open_playground.ts";

/** A tool as a member of the workspace is shown it. */
export interface ShownTool {
  name: string;
  title: string | null;
  description: string | null;
  inputSchema: JsonObject;
  annotations: JsonObject;
}

/** The tools of a seat, or why they could not be listed. */
export interface ShownTools {
  tools: ShownTool[];
  /** What the gateway said where it gave no list, or not all of it. */
  problem: string | null;
  /** The servers that could not be asked, each with why. */
  unavailable: { server: string; error: string }[];
}

/** A page of a merged list has up to 1,000 tools. */
const MAX_PAGES = 20;

/** Lists the tools of a seat as a member sees them: prefixed, and without what is not shown. */
export async function listTools(
  deps: { gateway: FrontDoor; config: { publicUrl: string } },
  seat: OpenSeat,
): Promise<ShownTools> {
  const tools: ShownTool[] = [];
  let cursor: unknown;
  for (let page = 0; page < MAX_PAGES; page++) {
    const params = cursor === undefined ? {} : { cursor };
    const { response, status } = await askGateway(deps, seat, { method: "tools/list", params });
    const result = response?.result;
    if (!isObject(result) || !Array.isArray(result.tools)) {
      const problem = sentenceOf(response) ?? `The gateway answered with ${status}.`;
      return { tools, problem, unavailable: [] };
    }
    tools.push(...result.tools.map(shownTool).filter((tool) => tool !== null));
    cursor = result.nextCursor;
    if (typeof cursor !== "string") {
      return { tools, problem: null, unavailable: leftOut(result) };
    }
  }
  return { tools, problem: "There are more tools than are listed here.", unavailable: [] };
}

/** What an error of the protocol says. */
export function sentenceOf(response: JsonObject | null): string | null {
  const error = response?.error;
  return isObject(error) && typeof error.message === "string" ? error.message : null;
}

function shownTool(value: unknown): ShownTool | null {
  if (!isObject(value) || typeof value.name !== "string") return null;
  const { name, title, description, inputSchema, annotations } = value;
  const ownTitle = isObject(annotations) ? annotations.title : undefined;
  return {
    name,
    title: shownText(title) ?? shownText(ownTitle),
    description: shownText(description),
    inputSchema: isObject(inputSchema) ? inputSchema : {},
    annotations: isObject(annotations) ? annotations : {},
  };
}

/** What a server says of a tool, with what nobody would see named. */
function shownText(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? visibleText(value) : null;
}

/** Which servers could not be asked, in the gateway's own words. */
function leftOut({ _meta }: JsonObject): ShownTools["unavailable"] {
  const named = isObject(_meta) ? _meta[UNAVAILABLE_KEY] : undefined;
  if (!Array.isArray(named)) return [];
  return named.filter(isObject)
    .map(({ server, error }) => ({ server: String(server), error: String(error) }));
}
