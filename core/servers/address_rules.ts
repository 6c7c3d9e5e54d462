import { SYSTEM_NETWORK } from "../egress/network.ts";
import { type FailureStage, GatewayError } from "../errors.ts";
import { isPublicAddress, isPublicName, literalAddress } from "./address_ranges.ts";

/** What a look at a server's address found. */
export type AddressVerdict =
  | { ok: true; addresses: string[] }
  | { ok: false; stage: "address" | "dns"; sentence: string };

/** What the rules need. */
export interface AddressRulesOptions {
  /** Lets http and private addresses pass; for development and closed networks. */
  allowPrivate: boolean;
  /** The ports that servers may have; `null` or left out for any. */
  ports?: readonly number[] | null;
  /** All addresses of a DNS name. */
  lookup?: (hostname: string) => Promise<string[]>;
  /** Milliseconds of a clock that only goes forward. */
  nowMs?: () => number;
}

interface CachedVerdict {
  verdict: Promise<AddressVerdict>;
  goodUntilMs: number;
}

const CACHE_MS = 30_000;
const CACHE_LIMIT = 2_000;
const LOOKUP_TIMEOUT_MS = 5_000;

/**
 * Where an upstream may be: public, over https, unless private ones are allowed.
 *
 * Keeps an admin's URL, or a DNS name that changed its mind, from turning the
 * gateway into a way into the network that it runs in.
 */
export class AddressRules {
  readonly #allowPrivate: boolean;
  readonly #ports: readonly number[] | null;
  readonly #lookup: (hostname: string) => Promise<string[]>;
  readonly #nowMs: () => number;
  readonly #verdicts = new Map<string, CachedVerdict>();

  constructor(options: AddressRulesOptions) {
    this.#allowPrivate = options.allowPrivate;
    this.#ports = options.ports ?? null;
    this.#lookup = options.lookup ?? SYSTEM_NETWORK.lookup;
    this.#nowMs = options.nowMs ?? (() => performance.now());
  }

  /** Reads a server's URL. Throws `invalid_input` for `url`, with reason and fix. */
  parse(text: string): URL {
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null) {
      throw wrongUrl(
        `"${text.slice(0, 200)}" is not a URL; write it whole, as in https://mcp.example.com/mcp`,
      );
    }
    const problem = this.#problem(url);
    if (problem !== null) throw wrongUrl(problem);
    return url;
  }

  /** Resolves the URL's name and throws `invalid_input` unless all it leads to is allowed. */
  async check(url: URL): Promise<void> {
    const verdict = await this.inspect(url);
    if (!verdict.ok) throw wrongUrl(verdict.sentence, verdict.stage);
  }

  /**
   * Says where a URL leads, or at which stage that failed; its form is looked at too, since
   * it may come from a store that other rules held for.
   *
   * A verdict is kept for 30 seconds, so it is good for an early word and no more: what is
   * connected to is what {@linkcode resolve} says then. A name that could not be resolved is
   * asked for again each time.
   */
  inspect(url: URL): Promise<AddressVerdict> {
    const sentence = this.#problem(url);
    if (sentence !== null) {
      return Promise.resolve({ ok: false, stage: "address", sentence });
    }

    const { hostname } = url;
    const nowMs = this.#nowMs();
    const known = this.#verdicts.get(hostname);
    if (known !== undefined && known.goodUntilMs > nowMs) return known.verdict;

    const verdict = this.#lookUp(hostname);
    if (literalAddress(hostname) !== null) return verdict;
    this.#keep(hostname, { verdict, goodUntilMs: nowMs + CACHE_MS });
    return verdict;
  }

  /** The addresses that a host may be connected to at right now; nothing is remembered. */
  async resolve(hostname: string, port: number): Promise<AddressVerdict> {
    const sentence = this.#portProblem(port) ?? this.#hostProblem(hostname);
    if (sentence !== null) return { ok: false, stage: "address", sentence };
    return await this.#lookUp(hostname);
  }

  async #lookUp(hostname: string): Promise<AddressVerdict> {
    const literal = literalAddress(hostname);
    if (literal !== null) return { ok: true, addresses: [literal] };

    const addresses = await withinTime(this.#lookup(hostname)).catch(() => []);
    if (addresses.length === 0) {
      this.#verdicts.delete(hostname);
      const sentence =
        `The name "${hostname}" cannot be found in DNS; check its spelling, or try again.`;
      return { ok: false, stage: "dns", sentence };
    }

    const hidden = this.#allowPrivate ? undefined : addresses.find((a) => !isPublicAddress(a));
    if (hidden === undefined) return { ok: true, addresses };
    return {
      ok: false,
      stage: "address",
      sentence: leadsInside(hostname, hidden),
    };
  }

  #problem(url: URL): string | null {
    return this.#formProblem(url) ?? this.#portProblem(portOf(url)) ??
      this.#hostProblem(url.hostname);
  }

  #formProblem(url: URL): string | null {
    if (url.protocol === "http:" && !this.#allowPrivate) {
      return `"${url.origin}" is not https; use the server's https address. ${HOW_TO_ALLOW}`;
    }
    if (url.protocol !== "https:" && url.protocol !== "http:") {
      return `"${url.protocol}//" cannot be called; use an address that begins with https://`;
    }
    if (url.username !== "" || url.password !== "") {
      return "The URL holds a user name or password; leave them out and store them as a secret.";
    }
    if (url.hash !== "") {
      return `The URL ends in "${url.hash}", which is never sent; leave it out.`;
    }
    return null;
  }

  #portProblem(port: number): string | null {
    if (this.#ports === null || this.#ports.includes(port)) return null;
    return `Port ${port} is not among those that servers may have, ${this.#ports.join(", ")}; ` +
      "use one of them, or add it to AEROSTACK_UPSTREAM_PORTS.";
  }

  #hostProblem(hostname: string): string | null {
    if (this.#allowPrivate) return null;
    const literal = literalAddress(hostname);
    if (literal !== null) {
      return isPublicAddress(literal) ? null : notPublic(hostname);
    }
    return isPublicName(hostname) ? null : notPublic(hostname);
  }

  #keep(hostname: string, cached: CachedVerdict): void {
    this.#verdicts.delete(hostname);
    this.#verdicts.set(hostname, cached);
    if (this.#verdicts.size <= CACHE_LIMIT) return;
    for (const oldest of this.#verdicts.keys()) {
      this.#verdicts.delete(oldest);
      return;
    }
  }
}

const HOW_TO_ALLOW = "For servers in a network of your own, start the gateway with " +
  "AEROSTACK_ALLOW_PRIVATE_UPSTREAMS=1.";

function notPublic(hostname: string): string {
  return `"${hostname}" is not a public address; use one that the internet can reach. ` +
    HOW_TO_ALLOW;
}

function leadsInside(hostname: string, address: string): string {
  return `"${hostname}" leads to ${address}, which is not a public address. ${HOW_TO_ALLOW}`;
}

function wrongUrl(
  sentence: string,
  stage: FailureStage = "address",
): GatewayError {
  return new GatewayError("invalid_input", sentence, {
    publicMessage: sentence,
    field: "url",
    stage,
  });
}

/** The port of an http or https URL, also where it is the scheme's own. */
function portOf({ port, protocol }: URL): number {
  return port === "" ? (protocol === "http:" ? 80 : 443) : Number(port);
}

/** The system's resolver may take minutes; nobody waits for it that long. */
function withinTime<T>(work: Promise<T>): Promise<T> {
  const { promise, reject, resolve } = Promise.withResolvers<T>();
  const timer = setTimeout(
    () => reject(new Error("timed out")),
    LOOKUP_TIMEOUT_MS,
  );
  work.then(resolve, reject).finally(() => clearTimeout(timer));
  return promise;
}
