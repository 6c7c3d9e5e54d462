import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const CLIENT = new URL("../../tunnel_client.ts", import.meta.url).href;

Deno.test("createTunnelClient() goes through its proxy also to what NO_PROXY names", async () => {
  const script = `
    const { createTunnelClient } = await import("${CLIENT}");
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const url = "socks5h://127.0.0.1:" + listener.addr.port;
    const client = createTunnelClient({ url, basicAuth: { username: "a", password: "b" } });
    const coming = listener.accept();
    fetch("https://mcp.example.invalid/", { client }).catch(() => {});
    const connection = await coming;
    const bytes = new Uint8Array(10);
    await connection.read(bytes);
    console.log("version", bytes[0], "kept", Deno.env.get("NO_PROXY"), Deno.env.get("no_proxy"));
    Deno.exit();
  `;
  const env = { ...Deno.env.toObject(), NO_PROXY: "*", no_proxy: ".invalid", NO_COLOR: "1" };

  const { stdout } = await promisify(execFile)(Deno.execPath(), ["eval", script], {
    env,
    timeout: 30_000,
  });

  assert.equal(stdout.trim(), "version 5 kept * .invalid");
});
