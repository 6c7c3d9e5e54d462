import { Client as ModernClient } from "@modelcontextprotocol/client";
import { StreamableHTTPClientTransport as ModernTransport } from "@modelcontextprotocol/client";
import { Client as LegacyClient } from "@modelcontextprotocol/sdk/client";
// @ts-types="@modelcontextprotocol/sdk/client/streamableHttp"
import { StreamableHTTPClientTransport as LegacyTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
// @ts-types="@modelcontextprotocol/sdk/types"
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { bearer, type ClientTarget, fetchFor } from "./client.ts";

/** A client that sends what it is told to, and confirms whatever it is asked. */
export interface Driver extends AsyncDisposable {
  request(method: string, params?: Record<string, unknown>): Promise<Record<string, unknown>>;
}

const ANYTHING = z.looseObject({});
const INFO = { name: "conformance-driver", version: "1.0.0" };
const CONFIRMED = { action: "accept" as const, content: { confirmed: true } };

/** SDK 1: begins with `initialize`, and is asked on the stream of its call. */
export async function driveLegacy(target: ClientTarget): Promise<Driver> {
  const client = new LegacyClient(INFO, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, () => CONFIRMED);
  const transport = new LegacyTransport(new URL(target.url), {
    requestInit: { headers: bearer(target.token) },
    fetch: fetchFor(target),
  });
  await client.connect(transport);

  return {
    request: (method, params = {}) => client.request({ method, params }, ANYTHING),
    async [Symbol.asyncDispose]() {
      await transport.terminateSession();
      await client.close();
    },
  };
}

/** SDK 2 at 2026-07-28: answers what is asked with the next round of its call. */
export async function driveModern(target: ClientTarget): Promise<Driver> {
  const client = new ModernClient(INFO, {
    capabilities: { elicitation: {} },
    versionNegotiation: { mode: { pin: "2026-07-28" } },
  });
  client.setRequestHandler("elicitation/create", () => CONFIRMED);
  await client.connect(
    new ModernTransport(new URL(target.url), {
      requestInit: { headers: bearer(target.token) },
      fetch: fetchFor(target),
    }),
  );

  return {
    async request(method, params = {}) {
      // Learns which arguments are headers too; what it leaves out is listed all the same.
      if (method === "tools/list") await client.listTools();
      if (method !== "tools/call") return await client.request({ method, params }, ANYTHING);
      const name = String(params.name);
      return await client.callTool({
        name,
        arguments: params.arguments as Record<string, unknown>,
      });
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}
