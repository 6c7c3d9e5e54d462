import { z } from "zod";
import { matchesGlob } from "./glob.ts";
import { looseUriForms, uriForms, withoutQuery } from "./uri_forms.ts";

/** The most globs of one list of a policy. */
export const MAX_GLOBS = 50;
/** The longest glob. */
export const MAX_GLOB_LENGTH = 200;
/** A longer name or URI is not shown where a policy holds. */
export const MAX_NAME_LENGTH = 2_000;

const GLOB_RULE = `must have 1 to ${MAX_GLOB_LENGTH} characters, none of them a control character`;

/** A pattern of names: `list_*`, `tool:get_?`, `resource:file:///public/*`. */
export const Glob = z.string().max(MAX_GLOB_LENGTH, GLOB_RULE)
  .regex(/^[^\p{Cc}]+$/u, GLOB_RULE)
  .refine((glob) => partsOf(glob).glob !== "", 'must have a name, or "*", after its kind');

const Globs = z.array(Glob).max(MAX_GLOBS, `must have at most ${MAX_GLOBS} globs`);

/** What an admin says of which tools are shown; what is left out limits nothing. */
export const ToolPolicyInput = z.strictObject({
  allow: Globs.default([]),
  deny: Globs.default([]),
  readOnly: z.boolean().default(false),
});
export type ToolPolicyInput = z.input<typeof ToolPolicyInput>;

/** Which tools, prompts and resources are shown, and so may be used. */
export const ToolPolicy = z.strictObject({
  allow: z.array(z.string()),
  deny: z.array(z.string()),
  /** Only tools whose server says that they change nothing, and those that `allow` names. */
  readOnly: z.boolean(),
});
export type ToolPolicy = z.infer<typeof ToolPolicy>;

/** What a policy tells apart; a template is a resource. */
export const ITEM_KINDS = ["tool", "prompt", "resource"] as const;
export type ItemKind = typeof ITEM_KINDS[number];

/** Something that a policy decides on. */
export interface PolicyItem {
  kind: ItemKind;
  /** The server's own name or URI. */
  own: string;
  /** Whether its server says that it changes nothing. */
  isReadOnly: boolean;
  /** The server's slug, where `slug__name` means it too: in a token's policy. */
  slug: string | null;
}

/** The policy that an admin's words make; `null` where they limit nothing. */
export function policyFrom(input: z.output<typeof ToolPolicyInput> | null): ToolPolicy | null {
  if (input === null) return null;
  const { allow, deny, readOnly } = input;
  if (allow.length === 0 && deny.length === 0 && !readOnly) return null;
  return { allow: [...new Set(allow)], deny: [...new Set(deny)], readOnly };
}

/**
 * Whether a policy shows something.
 *
 * `deny` wins over everything. Without `readOnly`, an `allow` that is not empty is the
 * whole of what is shown. With it, a tool is shown when its server says that it changes
 * nothing or when `allow` names it; prompts and resources are read and stay.
 */
export function policyShows({ allow, deny, readOnly }: ToolPolicy, item: PolicyItem): boolean {
  if (item.own.length > MAX_NAME_LENGTH) return false;
  const isUri = item.kind === "resource";
  const denied = isUri && deny.length > 0 ? looseUriForms(item.own) : [item.own];
  if (denied.some((form) => deny.some((glob) => isDenied(glob, item, form)))) return false;

  if (readOnly && (item.kind !== "tool" || item.isReadOnly)) return true;
  if (!readOnly && allow.length === 0) return true;
  const forms = isUri ? uriForms(item.own) : [item.own];
  if (!areAllowed(forms, item, allow)) return false;
  const bare = isUri ? withoutQuery(item.own) : item.own;
  // Many servers pass over a query, so it is none that makes a URI fit, unless a glob has one.
  return bare === item.own || areAllowed(uriForms(bare), item, allow) ||
    areAllowed(forms, item, allow.filter((glob) => /[?#]/.test(glob)));
}

function areAllowed(forms: readonly string[], item: PolicyItem, allow: readonly string[]) {
  return forms.every((form) => allow.some((glob) => isAllowed(glob, item, form)));
}

/** A policy in words: `read-only, allow list_*, deny *_secret`; `-` for none. */
export function describePolicy(policy: ToolPolicy | null): string {
  if (policy === null) return "-";
  const parts = [
    ...policy.readOnly ? ["read-only"] : [],
    ...policy.allow.length > 0 ? [`allow ${policy.allow.join(" ")}`] : [],
    ...policy.deny.length > 0 ? [`deny ${policy.deny.join(" ")}`] : [],
  ];
  return parts.join(", ");
}

function isDenied(text: string, { kind, slug }: PolicyItem, form: string): boolean {
  const { kind: only, glob } = partsOf(text);
  if (only !== null && only !== kind) return false;
  return matchesForm(glob, form) || (slug !== null && matchesForm(glob, `${slug}__${form}`));
}

/**
 * What begins with a server's prefix is allowed at that server alone: another one may call
 * its own tools as it likes.
 */
function isAllowed(text: string, { kind, slug }: PolicyItem, form: string): boolean {
  const { kind: only, glob } = partsOf(text);
  if (only !== null && only !== kind) return false;
  if (slug === null) return matchesForm(glob, form);
  if (matchesForm(glob, `${slug}__${form}`)) return true;
  return !/^[a-z0-9*?-]+__/.test(glob) && matchesForm(glob, form);
}

/** A URI's escapes mean the same in a glob. */
function matchesForm(glob: string, form: string): boolean {
  if (matchesGlob(glob, form)) return true;
  return glob.includes("%") && uriForms(glob).some((other) => matchesGlob(other, form));
}

/** A glob without its kind. `resource://…` is a URI, of a scheme that many servers use. */
function partsOf(text: string): { kind: ItemKind | null; glob: string } {
  for (const kind of ITEM_KINDS) {
    const rest = text.slice(kind.length + 1);
    if (text.startsWith(`${kind}:`) && !rest.startsWith("//")) return { kind, glob: rest };
  }
  return { kind: null, glob: text };
}
