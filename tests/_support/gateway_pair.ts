import { type RunningGateway, startGateway, temporaryDataDir } from "./gateway.ts";

/** Two gateways on one store, as several isolates of a deployment are. */
export interface GatewayPair extends AsyncDisposable {
  a: RunningGateway;
  b: RunningGateway;
}

/** Which of two processes a request goes to. */
export type Route = (url: URL, init: RequestInit) => URL;

/** Starts both; they end when they go out of scope. */
export async function startGatewayPair(): Promise<GatewayPair> {
  const folder = await temporaryDataDir();
  const a = await startGateway({ dataDir: folder.path });
  const b = await startGateway({ dataDir: folder.path });
  return {
    a,
    b,
    async [Symbol.asyncDispose]() {
      await Promise.all([a[Symbol.asyncDispose](), b[Symbol.asyncDispose]()]);
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** Every other request to the other process, as a load balancer without a memory does. */
export function inTurns({ a, b }: GatewayPair): Route {
  let sent = 0;
  return (url) => at(url, sent++ % 2 === 0 ? a : b);
}

/** Everything to one process, but what answers a question to the other. */
export function answersElsewhere({ a, b }: GatewayPair): Route {
  return (url, { body }) => {
    const text = String(body ?? "");
    const isAnswer = text !== "" && !text.includes('"method"');
    const isNextRound = text.includes('"inputResponses"');
    return at(url, isAnswer || isNextRound ? b : a);
  };
}

/** Streams that stay open to one process, every call to the other. */
export function streamsElsewhere({ a, b }: GatewayPair): Route {
  return (url, { method = "GET", body }) => {
    const isListen = String(body ?? "").includes('"subscriptions/listen"');
    return at(url, method === "GET" || isListen ? b : a);
  };
}

function at(url: URL, { origin }: RunningGateway): URL {
  return new URL(url.pathname + url.search, origin);
}
