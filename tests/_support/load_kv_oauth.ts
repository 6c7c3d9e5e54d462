/** Loads the library with its store at this place, and leaves the environment as it was. */
export async function loadKvOAuth(path: string): Promise<typeof import("@deno/kv-oauth")> {
  const before = Deno.env.get("DENO_KV_PATH");
  Deno.env.set("DENO_KV_PATH", path);
  try {
    return await import("@deno/kv-oauth");
  } finally {
    if (before === undefined) Deno.env.delete("DENO_KV_PATH");
    else Deno.env.set("DENO_KV_PATH", before);
  }
}
