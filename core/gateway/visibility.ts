import type { ItemFacts } from "../definitions/definition_hash.ts";
import { isApproved, type Pins } from "../definitions/pin.ts";
import { isObject, type JsonObject, type RpcNotification } from "../mcp/message.ts";
import { keyFieldOf } from "../mcp/rewrite.ts";
import { type ItemKind, policyShows, type ToolPolicy } from "../policies/tool_policy.ts";
import type { ListKind } from "../mcp/methods.ts";
import type { Access } from "./authority.ts";

/** The rules that one member meets at one server. */
export interface MemberRules {
  /** The server's slug. */
  slug: string;
  install: ToolPolicy | null;
  token: ToolPolicy | null;
  /** The revision of the pins that hold, where changed definitions are held; else `null`. */
  pinRevision: number | null;
}

/** The rules of a member at a server; `null` where everything is shown. */
export function rulesOf({ snapshot, token }: Access, slug: string): MemberRules | null {
  const install = snapshot.rules.get(slug);
  if (install === undefined && token.policy === null) return null;
  return {
    slug,
    install: install?.policy ?? null,
    token: token.policy,
    pinRevision: install?.pinRevision ?? null,
  };
}

/**
 * What one member is shown of one server: the one place that decides it, for what is
 * listed, called, read, subscribed to and completed alike.
 */
export class Visibility {
  readonly #rules: MemberRules;
  /** `null` where definitions are not held. */
  readonly #pins: Pins | null;

  constructor(rules: MemberRules, pins: Pins | null) {
    this.#rules = rules;
    this.#pins = pins;
  }

  /** The revision of the pins that hold here; `null` where none do. */
  get pinRevision(): number | null {
    return this.#pins?.head.revision ?? null;
  }

  /** Whether a tool or prompt is shown; `undefined` = it is on no list, and then it is not. */
  showsNamed(kind: "tool" | "prompt", own: string, facts: ItemFacts | undefined): boolean {
    if (facts === undefined) return false;
    if (!this.#passes(kind, own, facts.isReadOnly)) return false;
    return this.#pins === null || isApproved(this.#pins, kind, own, facts.definition);
  }

  /** Whether a tool or prompt would be shown if an admin had approved its definition. */
  isHeld(kind: "tool" | "prompt", own: string, facts: ItemFacts | undefined): boolean {
    if (facts === undefined || this.#pins === null) return false;
    return this.#passes(kind, own, facts.isReadOnly);
  }

  /** Whether a resource or a template is shown, by its server's own URI. */
  showsUri(own: string): boolean {
    return this.#passes("resource", own, true);
  }

  /** Whether a member may hear what a server says: nothing of a resource that is not shown. */
  lets({ method, params }: RpcNotification): boolean {
    if (method !== "notifications/resources/updated") return true;
    return typeof params?.uri === "string" && this.showsUri(params.uri);
  }

  /**
   * The keys of a list's entries that are shown. Tasks do not say what they came from, so
   * none of them are.
   */
  shownKeys(
    kind: ListKind,
    items: readonly JsonObject[],
    facts: ReadonlyMap<string, ItemFacts>,
  ): ReadonlySet<string> {
    const field = keyFieldOf(kind);
    const keys = items.filter(isObject).flatMap((item) => {
      const key = item[field];
      return typeof key === "string" ? [key] : [];
    });
    return new Set(keys.filter((key) => this.#showsKey(kind, key, facts)));
  }

  #showsKey(kind: ListKind, key: string, facts: ReadonlyMap<string, ItemFacts>): boolean {
    switch (kind) {
      case "tools":
        return this.showsNamed("tool", key, facts.get(key));
      case "prompts":
        return this.showsNamed("prompt", key, facts.get(key));
      case "resources":
      case "resourceTemplates":
        return this.showsUri(key);
      case "tasks":
        return false;
    }
  }

  #passes(kind: ItemKind, own: string, isReadOnly: boolean): boolean {
    const { install, token, slug } = this.#rules;
    const item = { kind, own, isReadOnly };
    return (install === null || policyShows(install, { ...item, slug: null })) &&
      (token === null || policyShows(token, { ...item, slug }));
  }
}
