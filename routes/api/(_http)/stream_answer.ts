import type { Context } from "fresh";
import { authenticateBearer } from "../../../core/admins/authenticate_admin.ts";
import { isAtLeast } from "../../../core/admins/role.ts";
import type { State } from "../../../define.ts";

/** A body that is read while it is made; whoever asks for the head alone begins none. */
export async function streamAnswer(
  { method }: Request,
  open: () => ReadableStream<Uint8Array> | Promise<ReadableStream<Uint8Array>>,
  headers: Record<string, string>,
): Promise<Response> {
  return new Response(method === "HEAD" ? null : await open(), { headers });
}

/** Says whether the bearer of a request would still be let in to read. */
export function mayStillRead({ req, state }: Context<State>): () => Promise<boolean> {
  const header = req.headers.get("authorization");
  return async () => {
    const admin = await authenticateBearer(state.services, header, state.address);
    return admin !== null && isAtLeast(admin.role, "viewer");
  };
}
