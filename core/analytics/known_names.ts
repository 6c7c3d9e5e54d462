import type { PinStore } from "../definitions/pin_store.ts";
import { refusal } from "../errors.ts";
import { ServerId } from "../ids.ts";
import { quote } from "../quote.ts";
import { noServer } from "../servers/find_server.ts";
import type { ServerStore } from "../servers/server_store.ts";
import type { TokenStore } from "../tokens/token_store.ts";
import type { InstallStore } from "../workspaces/install_store.ts";
import type { Workspace } from "../workspaces/workspace.ts";
import type { ReportQuestion } from "./report.ts";
import { isAskedFor, isMember, isTool } from "./report_filter.ts";
import type { ReportPeriod } from "./report_period.ts";
import type { Detail, TallySource } from "./tally_source.ts";

interface Deps {
  servers: ServerStore;
  installs: InstallStore;
  tokens: TokenStore;
  pins: PinStore;
  tallies: TallySource;
}

/** Where names are looked for: a workspace, and all of its record. */
interface Place {
  workspace: Workspace;
  record: ReportPeriod;
}

/**
 * Tells "no calls" from "no such thing", of a report that counted nothing.
 *
 * Throws `not_found` for the first of server, member and tool that nobody here has, and that is
 * nowhere on the record either.
 */
export async function refuseUnknown(
  deps: Deps,
  place: Place,
  { server, member, tool }: ReportQuestion,
): Promise<void> {
  const { slug } = place.workspace;
  if (server !== undefined && !await hasServer(deps, place, server)) throw noServer(server);
  if (member !== undefined && !await hasMember(deps, place, member)) {
    throw notKnown(
      `No member of ${quote(slug)} has, or had on the record, the address, token id or name ` +
        `${quote(member)}; list the tokens to see who there is.`,
    );
  }
  if (tool !== undefined && !await hasTool(deps, place, tool)) {
    throw notKnown(
      `No server of ${quote(slug)} is known to have a tool ${quote(tool)}, and none is on the ` +
        "record; test a server to see its tools.",
    );
  }
}

async function hasServer(deps: Deps, place: Place, server: string): Promise<boolean> {
  const { success, data } = ServerId.safeParse(server);
  const known = success ? await deps.servers.get(data) : await deps.servers.findBySlug(server);
  return known !== null || await isRecorded(deps, place, "tools", { server });
}

async function hasMember(deps: Deps, place: Place, member: string): Promise<boolean> {
  const tokens = await deps.tokens.listAll(place.workspace.id);
  return tokens.some(({ id, name, email }) => (
    isMember(member, { tokenId: id, person: name, email })
  )) || await isRecorded(deps, place, "members", { member });
}

/** What servers said they have is known from their definitions. */
async function hasTool(deps: Deps, place: Place, tool: string): Promise<boolean> {
  const installs = await deps.installs.listByWorkspace(place.workspace.id);
  const servers = await deps.servers.getMany(installs.map(({ serverId }) => serverId));
  for (const { id, slug } of servers) {
    const { byKey } = await deps.pins.read(id);
    for (const { name } of byKey.values()) {
      if (isTool(tool, { server: slug, tool: name })) return true;
    }
  }
  return await isRecorded(deps, place, "tools", { tool });
}

async function isRecorded(
  { tallies }: Deps,
  { workspace, record }: Place,
  detail: Detail,
  filter: ReportQuestion,
): Promise<boolean> {
  const query = { ...record, detail, grain: "whole" as const };
  for await (const tally of tallies.tallies(workspace.id, query)) {
    if (isAskedFor(filter, tally)) return true;
  }
  return false;
}

function notKnown(sentence: string): Error {
  return refusal("not_found", sentence);
}
