import type { Config } from "../config.ts";
import type { MemberKey } from "../members/member_key.ts";
import type { MemberSecretStore } from "../members/member_secret_store.ts";
import {
  type Missing,
  missingForGateway,
  missingForMember,
  unfitForMember,
} from "../members/missing_secret.ts";
import { openMemberSecret } from "../members/seal_member_secret.ts";
import { valueProblem } from "../secrets/injection_rule.ts";
import type { Keyring } from "../secrets/keyring.ts";
import type { Plaintext } from "../secrets/plaintext.ts";
import { openSecret } from "../secrets/seal_secret.ts";
import type { SealedSecret } from "../secrets/secret.ts";
import type { SecretStore } from "../secrets/secret_store.ts";
import type { Server } from "../servers/server.ts";
import type { Injection, Target } from "./upstream.ts";

/** Where a server's secrets are read from. */
export interface TargetSources {
  config: Pick<Config, "publicUrl">;
  secrets: SecretStore;
  memberSecrets: MemberSecretStore;
  keyring: Keyring;
}

/** A secret with the value that is sent for somebody; `null` where there is none. */
interface Opened {
  secret: SealedSecret;
  value: Plaintext | null;
  /** Which value of the member's own it is; `null` for the shared one. */
  own: readonly [id: string, version: number] | null;
}

/** A server with its shared secrets opened, from which it is opened for each member. */
export class OpenServer {
  readonly #sources: TargetSources;
  readonly #server: Server;
  readonly #shared: readonly Opened[];

  private constructor(sources: TargetSources, server: Server, shared: readonly Opened[]) {
    this.#sources = sources;
    this.#server = server;
    this.#shared = shared;
  }

  /** Reads a server's secrets and opens what is shared. Throws `internal`. */
  static async open(sources: TargetSources, server: Server): Promise<OpenServer> {
    const sealed = await sources.secrets.list(server.id);
    const shared = await Promise.all(sealed.map(async (secret) => ({
      secret,
      value: secret.sealed === null ? null : await openSecret(sources.keyring, secret),
      own: null,
    })));
    return new OpenServer(sources, server, shared);
  }

  /** Whether each member may reach it with a value of their own. */
  get isPerMember(): boolean {
    return this.#shared.some(({ secret }) => secret.perMember);
  }

  /** Changes with everything that an admin configures of how it is reached. */
  get sharedFingerprint(): string {
    const { id, externalUrl, protocol } = this.#server;
    const versions = this.#shared.map(({ secret }) => {
      return [secret.id, secret.version, secret.rules, secret.perMember];
    });
    return JSON.stringify([id, externalUrl, protocol, versions]);
  }

  /** As it is reached in nobody's name, with what is shared. Throws `secret_missing`. */
  forNobody(): Target {
    return this.#target(this.#shared, null, missingForGateway);
  }

  /**
   * As it is reached for a member: with their own values, and what is shared where they
   * have none. Throws `secret_missing`, which tells them where to set what they lack.
   */
  async forMember(member: MemberKey): Promise<Target> {
    const { memberSecrets, keyring } = this.#sources;
    const ids = this.#shared.filter(({ secret }) => secret.perMember)
      .map(({ secret }) => secret.id);
    const own = await memberSecrets.findMany(this.#server.id, ids, member);

    const opened = await Promise.all(this.#shared.map(async (shared): Promise<Opened> => {
      const mine = own.get(shared.secret.id);
      if (mine === undefined) return shared;
      const value = await openMemberSecret(keyring, mine);
      return { ...shared, value, own: [mine.id, mine.version] };
    }));
    const unfit = opened.filter(isUnfit);
    if (unfit.length > 0) throw unfitForMember(this.#missing(unfit));
    return this.#target(opened, member, missingForMember);
  }

  #target(
    opened: readonly Opened[],
    member: MemberKey | null,
    refuse: (missing: Missing) => Error,
  ): Target {
    const lacking = opened.filter(({ value }) => value === null);
    if (lacking.length > 0) throw refuse(this.#missing(lacking));

    const server = this.#server;
    const configured = this.sharedFingerprint;
    const owned = opened.flatMap(({ own }) => own === null ? [] : [own]);
    const injections = opened.flatMap(injectionsOf);
    // The server has from others what this member has a value of their own instead of.
    const replaced = this.#shared.filter((shared) => !opened.includes(shared));
    return {
      id: server.id,
      slug: server.slug,
      url: new URL(server.externalUrl),
      injections,
      searched: [...injections, ...replaced.flatMap(injectionsOf)],
      sharedFingerprint: configured,
      // Whoever has nothing of their own in it sends what the others send.
      fingerprint: owned.length === 0 ? configured : JSON.stringify([configured, member, owned]),
      protocol: server.protocol,
      timeoutMs: server.timeouts.totalSeconds * 1000,
      timeouts: server.timeouts,
      maxConcurrent: server.maxConcurrent,
      forwardHeaders: server.forwardHeaders,
      onLeak: server.onLeak,
    };
  }

  #missing(opened: readonly Opened[]): Missing {
    return {
      slug: this.#server.slug,
      names: opened.map(({ secret }) => secret.name),
      publicUrl: this.#sources.config.publicUrl,
    };
  }
}

/** Rules may have changed since the member set it, and it could not be checked then. */
function isUnfit({ secret, value, own }: Opened): boolean {
  if (own === null || value === null) return false;
  return secret.rules.some((rule) => valueProblem(rule, value.reveal()) !== null);
}

function injectionsOf({ secret: { name, rules }, value }: Opened): Injection[] {
  return value === null ? [] : rules.map((rule) => ({ name, rule, value }));
}
