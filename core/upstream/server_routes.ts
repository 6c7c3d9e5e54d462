import type { Era } from "../calls/call.ts";
import type { GatewayError } from "../errors.ts";
import { readPin } from "../servers/protocol_pin.ts";
import type { EraCache } from "./era_cache.ts";
import { upstreamFailure } from "./failures.ts";
import type { Route, Target, UpstreamCall } from "./upstream.ts";

/** The transports of the legacy era. */
type LegacyRoute = "streamable" | "sse";

/** Ways to find out how a server speaks. They throw what says nothing about that. */
export interface RouteProbes {
  speaksModern(call: UpstreamCall): Promise<boolean>;
  opens(route: LegacyRoute, call: UpstreamCall): Promise<boolean>;
}

/**
 * Which way to speak to each server: its caller's era where it can, else the other.
 *
 * What a server can is found out once, and again when it fails; a pinned server is
 * spoken to as its owner says, and never probed.
 */
export class ServerRoutes {
  readonly #eras: EraCache;
  readonly #probes: RouteProbes;
  readonly #underWay = new Map<string, Promise<boolean>>();
  readonly #underWayLegacy = new Map<string, Promise<LegacyRoute | null>>();

  constructor(eras: EraCache, probes: RouteProbes) {
    this.#eras = eras;
    this.#probes = probes;
  }

  /** How to send a call. Throws `upstream_failed` for a server that speaks no MCP. */
  async find(call: UpstreamCall): Promise<Route> {
    const pin = readPin(call.target.protocol);
    if (pin !== null) return pin.route;

    const found = call.caller.era === "modern"
      ? await this.#isModern(call) ? "modern" : await this.#legacyRoute(call)
      : await this.#legacyRoute(call);
    if (found !== null) return found;
    if (await this.#isModern(call)) return "modern";
    throw notMcp(call.target);
  }

  /** How a caller's calls will be sent, as far as is known here; `null` = not known yet. */
  known(target: Target, era: Era): Route | null {
    const pin = readPin(target.protocol);
    if (pin !== null) return pin.route;

    const { modern, legacy } = this.#eras.peek(target);
    if (era === "modern" && modern !== false) return modern ? "modern" : null;
    return legacy === "none" ? "modern" : legacy;
  }

  /** Whether the server, as far as is known here, will be spoken to in the modern era. */
  mayBeModern(target: Target, era: Era): boolean {
    const route = this.known(target, era);
    return route === "modern" || (route === null && era === "modern");
  }

  /** Forgets how a server speaks, since it does so no more. Throws when that is fixed. */
  async forget(target: Target): Promise<void> {
    if (target.protocol !== "auto") throw notAsPinned(target);
    await this.#eras.forget(target);
  }

  async #isModern(call: UpstreamCall): Promise<boolean> {
    const { modern } = await this.#eras.get(call.target);
    if (modern !== null) return modern;

    const { fingerprint } = call.target;
    const underWay = this.#underWay.get(fingerprint);
    if (underWay !== undefined) return await underWay;

    const probe = this.#probe(call).finally(() => this.#underWay.delete(fingerprint));
    this.#underWay.set(fingerprint, probe);
    return await probe;
  }

  async #probe(call: UpstreamCall): Promise<boolean> {
    const modern = await this.#probes.speaksModern(call);
    await this.#eras.learn(call.target, { modern });
    return modern;
  }

  /**
   * How a server speaks the legacy era, or `null` when it does not.
   *
   * The oldest transport is tried last, and only where nothing newer answers.
   */
  async #legacyRoute(call: UpstreamCall): Promise<LegacyRoute | null> {
    const known = (await this.#eras.get(call.target)).legacy;
    if (known !== null) return known === "none" ? null : known;

    // A session that one call opens to find out is the session of those beside it, too: were
    // it of another transport than they try, they would be told that theirs is not spoken.
    const { fingerprint } = call.target;
    const underWay = this.#underWayLegacy.get(fingerprint);
    if (underWay !== undefined) return await underWay;

    const probe = this.#probeLegacy(call)
      .finally(() => this.#underWayLegacy.delete(fingerprint));
    this.#underWayLegacy.set(fingerprint, probe);
    return await probe;
  }

  async #probeLegacy(call: UpstreamCall): Promise<LegacyRoute | null> {
    const found = await this.#probes.opens("streamable", call)
      ? "streamable"
      : await this.#isModern(call)
      ? "none"
      : await this.#probes.opens("sse", call)
      ? "sse"
      : null;
    if (found === null) {
      // Nothing that was seen of it holds for long: it may just be starting.
      await this.#eras.forget(call.target);
      throw notMcp(call.target);
    }
    await this.#eras.learn(call.target, { legacy: found });
    return found === "none" ? null : found;
  }
}

/** The failure of a server that answers nothing of what the protocol knows. */
export function notMcp(target: Target): GatewayError {
  if (target.protocol !== "auto") return notAsPinned(target);
  return upstreamFailure(
    target.slug,
    "protocol",
    "does not speak MCP at this address: it answered neither server/discover, nor initialize, " +
      "nor opened an event stream",
  );
}

function notAsPinned({ slug, protocol }: Target): GatewayError {
  const way = protocol === "sse" ? "HTTP+SSE" : `MCP ${protocol}`;
  return upstreamFailure(
    slug,
    "protocol",
    `does not speak ${way} at this address, though it is pinned to that`,
  );
}
