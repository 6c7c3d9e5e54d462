import {
  Client,
  StreamableHTTPClientTransport,
  type VersionNegotiationMode,
} from "@modelcontextprotocol/client";
import { bearer, type ClientTarget, fetchFor, type TestClient } from "./client.ts";

/** SDK 2 that begins with `initialize`, as if there were no other era. */
export function connectSdkLegacy(target: ClientTarget): Promise<TestClient> {
  return connect(target, "legacy");
}

/** SDK 2 that asks first which era the server speaks. */
export function connectSdkAuto(target: ClientTarget): Promise<TestClient> {
  return connect(target, "auto");
}

/** SDK 2 that speaks 2026-07-28 or nothing. */
export function connectSdkPinned(target: ClientTarget): Promise<TestClient> {
  return connect(target, { pin: "2026-07-28" });
}

async function connect(
  target: ClientTarget,
  mode: VersionNegotiationMode,
): Promise<TestClient> {
  const { url, token } = target;
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: bearer(token) },
    fetch: fetchFor(target),
  });
  const client = new Client(
    { name: "modern-test-client", version: "1.0.0" },
    { versionNegotiation: { mode } },
  );
  await client.connect(transport);

  return {
    // Gathers every page itself.
    listTools: async () => (await client.listTools()).tools,
    async callTool(name, args = {}, { onProgress, signal } = {}) {
      const params = { name, arguments: args };
      return await client.callTool(params, { onprogress: onProgress, signal });
    },
    async [Symbol.asyncDispose]() {
      await transport.terminateSession().catch(() => {});
      await client.close();
    },
  };
}
