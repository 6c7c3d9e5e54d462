import { join } from "node:path";
import { readConfig } from "../core/config.ts";
import type { ServerId } from "../core/ids.ts";
import { openStore } from "../core/kv/open_store.ts";
import { createServices, type Services } from "../core/services.ts";
import { PATIENCE_MS } from "../core/recent_answers.ts";
import { registerServer } from "../core/servers/register_server.ts";
import { createToken } from "../core/tokens/create_token.ts";
import { createWorkspace } from "../core/workspaces/create_workspace.ts";
import { installServer } from "../core/workspaces/install_server.ts";
import type { Workspace } from "../core/workspaces/workspace.ts";
import { AN_ADMIN, testKeyring } from "../tests/_support/core.ts";
import { type CallingMember, writeCalls } from "./million_calls.ts";

/** How much there is of everything. */
export interface CompanySize {
  servers: number;
  workspaces: number;
  tokens: number;
  calls: number;
}

/** What the dashboard has to bear. */
export const LARGE: CompanySize = {
  servers: 200,
  workspaces: 200,
  tokens: 5_000,
  calls: 1_000_000,
};

const DAYS = 90;
const PEOPLE = 500;

/** In the first workspace everybody has a token, and half of all calls are made. */
const FIRST_SHARE = 0.5;
const FIRST_SERVERS = 12;
const OTHER_SERVERS = 4;

/** Says that a store is filled, and with what. */
const STAMP = "filled.json";

/** Services on a store with a company in it; one that a folder has already is used again. */
export async function openCompany(folder: string, size: CompanySize): Promise<Services> {
  await Deno.mkdir(folder, { recursive: true });
  const stamp = join(folder, STAMP);
  const isFilled = await readStamp(stamp, size);
  const services = createServices({
    config: readConfig({ PORT: "0", AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1" }),
    store: await openStore(join(folder, "kv.sqlite3")),
    keyring: testKeyring(),
    fetch: globalThis.fetch,
    patienceMs: PATIENCE_MS,
    now: () => new Date(),
    log: () => {},
  });
  if (isFilled) return services;

  await fill(services, size, services.now());
  await Deno.writeTextFile(stamp, JSON.stringify({ size }));
  return services;
}

async function readStamp(path: string, size: CompanySize): Promise<boolean> {
  try {
    const stamp = JSON.parse(await Deno.readTextFile(path));
    if (JSON.stringify(stamp.size) === JSON.stringify(size)) return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  throw new Error(`Cannot use ${path}: it has a company of another size; remove its folder`);
}

async function fill(services: Services, size: CompanySize, at: Date): Promise<void> {
  const servers: { serverId: ServerId; server: string }[] = [];
  for (let index = 0; index < size.servers; index++) {
    const slug = `server-${index}`;
    const url = `http://192.0.2.1/${slug}/mcp`;
    const { id } = await registerServer(services, AN_ADMIN, { slug, name: `Server ${index}`, url });
    servers.push({ serverId: id, server: slug });
  }
  console.log(`${size.servers} servers`);

  for (let index = 0; index < size.workspaces; index++) {
    const workspace = await createWorkspace(services, AN_ADMIN, { slug: `workspace-${index}` });
    const own = Array.from(
      { length: index === 0 ? FIRST_SERVERS : OTHER_SERVERS },
      (_, at) => servers[(index * OTHER_SERVERS + at) % servers.length],
    );
    for (const { server } of own) {
      await installServer(services, AN_ADMIN, { workspace: workspace.slug, server });
    }
    await fillWorkspace(services, workspace, { index, size, at, own });
  }
  console.log(`${size.workspaces} workspaces, ${size.tokens} tokens, ${size.calls} calls`);
  await services.rollups.builder.buildDue();
  console.log("days added up");
}

interface Part {
  index: number;
  size: CompanySize;
  at: Date;
  own: readonly { serverId: ServerId; server: string }[];
}

async function fillWorkspace(
  services: Services,
  workspace: Workspace,
  { index, size, at, own }: Part,
): Promise<void> {
  const isFirst = index === 0;
  const others = size.workspaces - 1;
  const before = (share: number) => Math.floor((index - 1) * share / others);
  const tokens = isFirst
    ? Math.min(PEOPLE, size.tokens)
    : partOf(size.tokens - Math.min(PEOPLE, size.tokens), before, index, others);
  const people: CallingMember[] = [];
  for (let token = 0; token < tokens; token++) {
    const person = (index * 23 + token) % PEOPLE;
    const [name, email] = [`Member ${person}`, `m${person}@example.com`];
    const { id } = await createToken(services, AN_ADMIN, workspace.slug, { name, email });
    people.push({ tokenId: id, person: name, email });
  }

  const first = Math.round(size.calls * FIRST_SHARE);
  const count = isFirst ? first : partOf(size.calls - first, before, index, others);
  const plan = { count, members: 0, people, servers: own, days: DAYS, until: at, seed: index + 1 };
  await writeCalls(services.callLog, workspace, plan);
  await services.rollups.roller.rollAll(workspace.id);
}

/** The part of a sum that the workspace of this place gets, so that nothing is left over. */
function partOf(
  sum: number,
  before: (share: number) => number,
  index: number,
  others: number,
): number {
  return Math.floor(index * sum / others) - before(sum);
}
