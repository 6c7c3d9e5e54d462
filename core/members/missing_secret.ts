import { GatewayError } from "../errors.ts";

/** What cannot be sent to a server, and where that can be changed. */
export interface Missing {
  /** The server's slug. */
  slug: string;
  /** The secrets that have no value. */
  names: readonly string[];
  /** Origin under which people reach the gateway. */
  publicUrl: string;
}

/** Tells a member which secrets of their own a server needs, and where to set them. */
export function missingForMember({ slug, names, publicUrl }: Missing): GatewayError {
  const needs = names.length === 1 ? "a secret of your own" : "secrets of your own";
  return missing(
    `Server "${slug}" needs ${needs}: ${listed(names)}. Set ${
      names.length === 1 ? "it" : "them"
    } ` +
      `at ${pageOf(publicUrl)}, or run: aerostack me secrets set ${slug} ` +
      (names.length === 1 ? names[0] : "<NAME>"),
  );
}

/** Tells a member that what they set cannot be sent the way it is sent now. */
export function unfitForMember({ slug, names, publicUrl }: Missing): GatewayError {
  return missing(
    `What you set as ${listed(names)} of server "${slug}" cannot be sent as its rules want it ` +
      `now: set it again at ${pageOf(publicUrl)}, or run: aerostack me secrets set ${slug} ` +
      names[0],
  );
}

/** Tells whoever calls in nobody's name that only members have what the server needs. */
export function missingForGateway({ slug, names }: Missing): GatewayError {
  return missing(
    `Server "${slug}" is sent ${listed(names)} of each member's own, and no shared value stands ` +
      "in for it, so the gateway cannot connect in nobody's name. To give it one, run: " +
      `aerostack secrets set ${slug} ${names[0]} --per-member "value"`,
  );
}

/** Where members set their own secrets in a browser. */
export function pageOf(publicUrl: string): string {
  return `${publicUrl}/me`;
}

function listed(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(" and ");
}

function missing(sentence: string): GatewayError {
  return new GatewayError("secret_missing", sentence, {
    publicMessage: sentence,
    stage: "auth",
  });
}
