import { createHash } from "node:crypto";
import type { Context } from "fresh";
import { asGatewayError, GatewayError } from "../../../../core/errors.ts";
import {
  listTools,
  type ShownTool,
  type ShownTools,
} from "../../../../core/playground/list_tools.ts";
import { findSeat, type OpenSeat, openSeat } from "../../../../core/playground/open_playground.ts";
import type { Player } from "../../../../core/playground/playground_token.ts";
import { tokenStatus } from "../../../../core/tokens/token.ts";
import type { State } from "../../../../define.ts";
import { readSessionText } from "../../(_http)/session_cookie.ts";
import { type PlaygroundAddress, readAddress } from "./playground_address.ts";

/** What the playground shows around a call. */
export interface PlaygroundView {
  address: PlaygroundAddress;
  workspaces: { slug: string; name: string }[];
  /** The tokens of the workspace that have a policy of their own. */
  policies: { id: string; name: string; visibleStart: string }[];
  /** Why there is no such workspace or token. */
  problem: string | null;
  /** The tools that the search left; `null` while the workspace is not open. */
  tools: ShownTool[] | null;
  /** How many tools a member is shown. */
  count: number;
  /** What could not be listed. */
  listProblem: string | null;
  /** The servers whose tools are left out, each with why. */
  unavailable: ShownTools["unavailable"];
  tool: ShownTool | null;
}

/** Who tries tools: the admin, by the session of this request. */
export function playerOf(ctx: Context<State>): Player {
  const { admin } = ctx.state;
  const sessionText = readSessionText(ctx);
  if (admin === null || sessionText === null) {
    throw new GatewayError("unauthorized", "Cannot open the playground: no session");
  }
  return { name: admin.name, sessionText };
}

/** What tells whether a form was made from the schema that holds now. */
export function schemaMark({ inputSchema }: ShownTool): string {
  return createHash("sha256").update(JSON.stringify(inputSchema)).digest("hex").slice(0, 16);
}

/** Reads what the address asks for; opens nothing, since it only looks. */
export async function readPlayground(
  ctx: Context<State>,
  open: OpenSeat | null = null,
): Promise<PlaygroundView> {
  const { services } = ctx.state;
  const address = readAddress(ctx.url);
  const workspaces = await services.workspaces.listAll();
  const view: PlaygroundView = {
    address,
    workspaces: workspaces.map(({ slug, name }) => ({ slug, name })),
    policies: [],
    problem: null,
    tools: null,
    count: 0,
    listProblem: null,
    unavailable: [],
    tool: null,
  };
  if (address.workspace === null) return view;

  try {
    const wanted = await findSeat(services, address.workspace, address.as);
    const policies = await readPolicies(ctx, wanted.workspace.id);
    const seat = open ?? await openSeat(services, playerOf(ctx), wanted);
    if (seat === null) return { ...view, policies };
    const { tools, problem, unavailable } = await listTools(services, seat);
    return {
      ...view,
      policies,
      tools: tools.filter((tool) => fits(tool, address.q)),
      count: tools.length,
      listProblem: problem,
      unavailable,
      tool: tools.find(({ name }) => name === address.tool) ?? null,
    };
  } catch (error) {
    const { code, publicMessage } = asGatewayError(error);
    if (code !== "not_found") throw error;
    return { ...view, problem: publicMessage };
  }
}

async function readPolicies(ctx: Context<State>, workspace: OpenSeat["workspace"]["id"]) {
  const { tokenLists, now } = ctx.state.services;
  const all = await tokenLists.list(workspace);
  return all
    .filter((token) => token.policy !== null && token.playground === undefined)
    .filter((token) => tokenStatus(token, now()) === "active")
    .map(({ id, name, visibleStart }) => ({ id, name, visibleStart }))
    .sort((a, b) => a.name.localeCompare(b.name, "en"));
}

function fits({ name, title, description }: ShownTool, q: string): boolean {
  const text = `${name} ${title ?? ""} ${description ?? ""}`.toLowerCase();
  return q.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}
