import { tmpdir } from "node:os";
import { join } from "node:path";

/** Test files that run at once share one environment: one of them loads, and the others wait. */
const LOCK = join(tmpdir(), "aerostack_kv_oauth.lock");

/** Loads the library with its store at this place, and leaves the environment as it was. */
export async function loadKvOAuth(path: string): Promise<typeof import("@deno/kv-oauth")> {
  using lock = await Deno.open(LOCK, { write: true, create: true });
  await lock.lock(true);
  const before = Deno.env.get("DENO_KV_PATH");
  Deno.env.set("DENO_KV_PATH", path);
  try {
    return await import("@deno/kv-oauth");
  } finally {
    if (before === undefined) Deno.env.delete("DENO_KV_PATH");
    else Deno.env.set("DENO_KV_PATH", before);
  }
}
