/** What the runtime says, and how a person would say it. */
const REASONS: readonly (readonly [RegExp, string])[] = [
  [/connection refused/i, "nothing listens there (connection refused)"],
  [
    /failed to lookup address|name or service not known|nodename nor servname|no such host/i,
    "the host name is not known (DNS)",
  ],
  [/certificate|invalid peer|tls|handshake/i, "the TLS connection failed"],
  [/connection reset|connection closed|unexpected end/i, "the connection was closed"],
  [/network is unreachable|no route to host/i, "the network does not lead there"],
];

/** Why an address could not be reached, in a few words without a full stop. */
export function whyUnreachable(error: unknown, timeoutSeconds: number): string {
  if (!(error instanceof Error)) return "the request failed";
  if (error.name === "TimeoutError") return `no answer within ${timeoutSeconds} seconds`;

  const said = `${error.message} ${error.cause instanceof Error ? error.cause.message : ""}`;
  const known = REASONS.find(([pattern]) => pattern.test(said));
  if (known !== undefined) return known[1];
  return error.message.split(": ").at(-1)?.replace(/\.$/, "") ?? "the request failed";
}
