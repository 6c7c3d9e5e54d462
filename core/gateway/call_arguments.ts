import type { ArgumentsToKeep } from "../arguments/arguments_to_keep.ts";
import { keepableArguments } from "../arguments/keepable_arguments.ts";
import { GatewayError } from "../errors.ts";
import type { Server } from "../servers/server.ts";
import { withoutValuesOf } from "../upstream/searched_values.ts";
import { memberTarget } from "./authority.ts";
import type { Incoming } from "./incoming.ts";
import type { Log } from "./rpc_reply.ts";

/** Methods whose arguments are what a member wrote; a resource has none but its URI. */
const WITH_ARGUMENTS: readonly string[] = ["tools/call", "prompts/get"];

/** Gives what is kept of a call to a server; `null` when it could not be made fit for that. */
export type KeptFor = (server: Pick<Server, "slug"> | null) => Promise<ArgumentsToKeep | null>;

/**
 * What is kept of a call's arguments; `null` where none are. Called when the call begins, so
 * that it does not wait for a key when it is over. Never throws or rejects: a call whose
 * arguments cannot be kept is recorded without.
 */
export function argumentsToKeep(incoming: Incoming, log: Log): KeptFor | null {
  const { request: { method, params }, access } = incoming;
  const { logArguments, slug } = access.snapshot.workspace;
  if (logArguments === null || !WITH_ARGUMENTS.includes(method)) return null;

  const opening = access.snapshot.argumentSeal();
  // Whoever waits for it hears of it.
  opening.catch(() => {});

  return async (server) => {
    try {
      const seal = await opening;
      if (seal === null) throw new GatewayError("internal", "the workspace has no key for them");
      const target = await targetOf(incoming, server);
      const json = keepableArguments(params?.arguments, logArguments, (text) => {
        return target === null ? text : withoutValuesOf(target, text);
      });
      return { seal, json };
    } catch (error) {
      if (isOrdinary(error)) return null;
      log(`Cannot keep the arguments of a call in "${slug}": ${reasonOf(error)}`);
      return null;
    }
  };
}

/** What the server is given is looked for, also in a call that did not reach it. */
async function targetOf({ access }: Incoming, server: Pick<Server, "slug"> | null) {
  if (server === null) return null;
  const { servers, disabled } = access.snapshot;
  const installed = servers.get(server.slug) ?? disabled.get(server.slug);
  return installed === undefined ? null : await memberTarget(access, installed);
}

/** What a member has not set cannot be looked for. */
function isOrdinary(error: unknown): boolean {
  return error instanceof GatewayError && error.code === "secret_missing";
}

/** A message that is not ours may quote what was being read. */
function reasonOf(error: unknown): string {
  if (error instanceof GatewayError) return error.message;
  return error instanceof Error ? error.name : typeof error;
}
