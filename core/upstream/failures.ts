import { type FailureStage, GatewayError } from "../errors.ts";

/**
 * Says that a server failed, and how, in a sentence for those who call it.
 *
 * Never built from what the server or the network layer said: their texts may
 * hold the URL with its secrets.
 */
export function upstreamFailure(
  slug: string,
  stage: FailureStage,
  what: string,
): GatewayError {
  const code = stage === "timeout" ? "upstream_timeout" : "upstream_failed";
  const sentence = `Server "${slug}" ${what}`;
  return new GatewayError(code, sentence, { publicMessage: sentence, stage });
}

/** The failure of a call that took too long. */
export function timeoutFailure(slug: string, timeoutMs: number): GatewayError {
  return upstreamFailure(slug, "timeout", `did not answer within ${timeoutMs / 1000} s`);
}

/** Turns what `fetch` threw into a failure that names the server and the stage. */
export function networkFailure(slug: string, error: unknown): GatewayError {
  const text = describe(error);
  if (/dns error|failed to lookup|name resolution|ENOTFOUND/i.test(text)) {
    return upstreamFailure(slug, "dns", "has a name that cannot be found in DNS");
  }
  if (/certificate|tls|ssl|handshake|CertificateRequired/i.test(text)) {
    return upstreamFailure(
      slug,
      "tls",
      "could not be reached over TLS: its certificate or handshake is not valid",
    );
  }
  if (/refused/i.test(text)) {
    return upstreamFailure(
      slug,
      "connect",
      "refused the connection; nothing listens at its address",
    );
  }
  return upstreamFailure(slug, "connect", "closed the connection or could not be reached");
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
