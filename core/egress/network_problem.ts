import type { FailureStage, UpstreamFault } from "../errors.ts";
import { EgressRefusal } from "./egress_refusal.ts";

/** Why a request got no answer. */
export interface NetworkProblem {
  stage: FailureStage;
  /** What happened, in words that complete "Server … " or "The sink …". */
  what: string;
  /** Whether the request can have been executed; `null` where its stage says that. */
  fault: UpstreamFault | null;
}

/**
 * Turns what `fetch` threw into words.
 *
 * Never made of its text, which may hold the URL with the secrets in it.
 */
export function networkProblem(error: unknown): NetworkProblem {
  if (error instanceof EgressRefusal) {
    return { stage: error.stage, what: `cannot be called: ${error.message}`, fault: null };
  }

  const text = describe(error);
  if (/dns error|failed to lookup|name resolution|ENOTFOUND/i.test(text)) {
    return { stage: "dns", what: "has a name that cannot be found in DNS", fault: null };
  }

  const wasConnecting = /error \(Connect\)|refused/i.test(text);
  const fault = wasConnecting ? "unsent" : "lost";
  if (/certificate|tls|ssl|handshake|CertificateRequired/i.test(text)) {
    const what = "could not be reached over TLS: its certificate or handshake is not valid";
    return { stage: "tls", what, fault };
  }
  const what = /refused/i.test(text)
    ? "refused the connection; nothing listens at its address"
    : "closed the connection or could not be reached";
  return { stage: "connect", what, fault };
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
