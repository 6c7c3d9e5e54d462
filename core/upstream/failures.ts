import { type FailureStage, GatewayError, type UpstreamFault } from "../errors.ts";

/** What a failure at a stage says about its server, unless it is known better. */
const FAULTS: Partial<Record<FailureStage, UpstreamFault>> = {
  dns: "unsent",
  tls: "unsent",
  connect: "lost",
  timeout: "down",
};

/**
 * Says that a server failed, and how, in a sentence for those who call it.
 *
 * Never built from what the server or the network layer said: their texts may
 * hold the URL with its secrets. `fault` decides whether it is tried again, and
 * whether it counts against the server; `null` when the server did nothing wrong.
 */
export function upstreamFailure(
  slug: string,
  stage: FailureStage,
  what: string,
  fault: UpstreamFault | null = FAULTS[stage] ?? null,
): GatewayError {
  const code = stage === "timeout" ? "upstream_timeout" : "upstream_failed";
  const sentence = `Server "${slug}" ${what}`;
  return new GatewayError(code, sentence, {
    publicMessage: sentence,
    stage,
    fault: fault ?? undefined,
  });
}

/** The failure of a server that answers with an HTTP status that means nothing in MCP. */
export function httpFailure(slug: string, status: number): GatewayError {
  const fault = status >= 500 ? "down" : null;
  return upstreamFailure(slug, "http", `answered HTTP ${status}`, fault);
}

/** The limits of time that a server's owner sets, by the names that people know. */
export type TimeoutName = "connect" | "first byte" | "idle" | "total";

const TOO_LATE: Record<TimeoutName, string> = {
  connect: "did not begin to speak within",
  "first byte": "sent nothing of an answer within",
  idle: "fell silent in the middle of an answer for",
  total: "did not answer within",
};

/** The failure of a server that took too long, and which limit says so. */
export function timeoutFailure(
  slug: string,
  timeoutMs: number,
  name: TimeoutName = "total",
): GatewayError {
  const seconds = Math.round(timeoutMs / 10) / 100;
  return upstreamFailure(slug, "timeout", `${TOO_LATE[name]} ${seconds} s (${name} timeout)`);
}

/** The failure of a call whose answer was not taken in time; its server did nothing wrong. */
export function notTakenFailure(slug: string, timeoutMs: number): GatewayError {
  const seconds = Math.round(timeoutMs / 10) / 100;
  const what = `answered, but its answer was not read to the end within ${seconds} s`;
  return upstreamFailure(slug, "timeout", `${what} (total timeout)`, null);
}

/** Turns what `fetch` threw into a failure that names the server and the stage. */
export function networkFailure(slug: string, error: unknown): GatewayError {
  const text = describe(error);
  if (/dns error|failed to lookup|name resolution|ENOTFOUND/i.test(text)) {
    return upstreamFailure(slug, "dns", "has a name that cannot be found in DNS");
  }

  const wasConnecting = /error \(Connect\)|refused/i.test(text);
  const fault = wasConnecting ? "unsent" : "lost";
  if (/certificate|tls|ssl|handshake|CertificateRequired/i.test(text)) {
    return upstreamFailure(
      slug,
      "tls",
      "could not be reached over TLS: its certificate or handshake is not valid",
      fault,
    );
  }
  if (/refused/i.test(text)) {
    return upstreamFailure(
      slug,
      "connect",
      "refused the connection; nothing listens at its address",
      fault,
    );
  }
  return upstreamFailure(slug, "connect", "closed the connection or could not be reached", fault);
}

/** The texts of an error and its causes; for matching only, never for showing. */
function describe(error: unknown): string {
  const texts: string[] = [];
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    texts.push(at.message);
  }
  // An address that is called /tls says nothing about TLS.
  return texts.join(" ").replaceAll(/https?:\/\/\S+/g, "");
}
