import type { InstallInput } from "../../core/workspaces/workspace.ts";
import { createToken } from "../../core/tokens/create_token.ts";
import type { TokenInput } from "../../core/tokens/token.ts";
import { startCatalogue } from "../_support/catalogue_upstream.ts";
import { AN_ADMIN } from "../_support/core.ts";
import { type Answer, answerIn, type Json, legacy, modern } from "./_requests.ts";
import { startWorld, type World } from "./_world.ts";

/** Both eras. */
export const ERAS = ["modern", "legacy"] as const;
const SEND = { modern, legacy };
/** An era of a client or a server. */
export type Era = typeof ERAS[number];

const ONE = "http://gateway.test/ws/team/servers/db/sse";

/** A gateway with one server, `db`, of an era, and a way to ask it as a client of an era. */
export async function started(
  era: Era,
  rules: { install?: InstallInput; token?: TokenInput["policy"] },
) {
  const stack = new AsyncDisposableStack();
  const upstream = stack.use(startCatalogue(era));
  const world = stack.use(await startWorld());
  await world.addServer("db", upstream.url);
  await world.install("db", rules.install ?? {});
  const input = { name: "Alice", policy: rules.token };
  const { token, id } = await createToken(world.services, AN_ADMIN, "team", input);
  return {
    upstream,
    world,
    token,
    id,
    ask: (caller: Era, method: string, params: Json = {}) =>
      asked(world, SEND[caller](token, method, params, headersFor(method, params))),
    /** At the endpoint of the one server, under its own names. */
    askOne: (caller: Era, method: string, params: Json = {}) => {
      const extras = { ...headersFor(method, params), address: ONE };
      return asked(world, SEND[caller](token, method, params, extras), "db");
    },
    [Symbol.asyncDispose]: () => stack[Symbol.asyncDispose](),
  };
}

function headersFor(method: string, { uri }: Json): { headers?: Record<string, string> } {
  const isNamed = method === "resources/read" && typeof uri === "string";
  return isNamed ? { headers: { "mcp-name": uri } } : {};
}

/** An answer with the status of its reply. */
export interface Asked extends Answer {
  status: number;
}

async function asked(world: World, request: Request, server?: string): Promise<Asked> {
  const response = await world.services.gateway.handle(request, "team", server);
  return { status: response.status, ...await answerIn(response) };
}

/** The names in a list, or what else tells its entries apart. */
export function namesIn({ result }: Answer, kind: string, key = "name"): string[] {
  return result[kind].map((item: Json) => String(item[key]));
}

/** What differs between two answers beside the name that was asked for. */
export function comparable({ status, error }: Asked, name: string): unknown {
  return { status, code: error?.code, message: error?.message.replaceAll(name, "NAME") };
}
