import { z } from "zod";
import { SecretId, ServerId } from "../ids.ts";

/** One place at its server where a secret goes, and what stands around its value there. */
export const InjectionRule = z.strictObject({
  kind: z.enum(["header", "query"], 'must be "header" or "query"'),
  name: z.string(),
  /** Holds `{{value}}` once; without one the value is sent alone. */
  template: z.string().max(1000, "must have at most 1000 characters").optional(),
});
export type InjectionRule = z.infer<typeof InjectionRule>;

const RULES_RANGE = "must be 1 to 5 rules";

/** All the places where one secret goes. */
export const InjectionRules = z.array(InjectionRule).min(1, RULES_RANGE).max(5, RULES_RANGE);
export type InjectionRules = z.infer<typeof InjectionRules>;

/** The name of a secret; unless a rule says otherwise, also its header's name. */
export const SecretName = z.string().regex(
  /^[A-Za-z0-9_-]{1,64}$/,
  'must have 1 to 64 characters: letters, digits, "_" and "-"',
);
export type SecretName = z.infer<typeof SecretName>;

/** A secret's value, as somebody gives it. */
export const SecretValue = z.string().min(1, "must not be empty").max(
  8192,
  "must have at most 8192 characters",
);

/** A value that is shorter cannot be told from ordinary text in what its server sends back. */
export const MIN_SCANNED_CHARS = 8;

/** Whether a value is long enough to be looked for, or may be shorter. */
export function isLongEnough(
  { value, allowShort }: { value?: string; allowShort?: boolean },
): boolean {
  return value === undefined || value === "" || allowShort === true ||
    value.length >= MIN_SCANNED_CHARS;
}

/** What is said about a value that is too short to be looked for. */
export const TOO_SHORT = {
  path: ["value"],
  message: `must have at least ${MIN_SCANNED_CHARS} characters: a shorter one cannot be looked ` +
    'for in what its server sends back (--short, or "allowShort": true, stores it all the same)',
};

/** What an admin says to set a secret. */
export const SecretInput = z.strictObject({
  value: SecretValue.optional(),
  rules: InjectionRules.optional(),
  /** Whether each member has a value of their own, which this one stands in for. */
  perMember: z.boolean().optional(),
  /** Whether the value may be too short to be looked for in what its server sends back. */
  allowShort: z.boolean().optional(),
}).refine(isLongEnough, TOO_SHORT).refine(
  ({ value, perMember }) => value !== undefined || perMember === true,
  {
    path: ["value"],
    message: "must be given, unless the secret is per-member",
  },
);
export type SecretInput = z.infer<typeof SecretInput>;

/** The name of a secret as a path gives it. */
export const SecretPath = z.object({ name: SecretName });
export type SecretPath = z.infer<typeof SecretPath>;

const ONE_CHANGE = 'must be one of "rules", "add" and "remove"';

/** What an admin says to change how a stored secret reaches its server. */
export const InjectionChange = z.strictObject({
  /** In place of all rules. */
  rules: InjectionRules.optional(),
  /** Beside the rules that there are. */
  add: InjectionRules.optional(),
  /** Places where the secret is not sent any more. */
  remove: z.array(InjectionRule.omit({ template: true })).min(1, RULES_RANGE).max(5, RULES_RANGE)
    .optional(),
}).refine(({ rules, add, remove }) => [rules, add, remove].filter(Boolean).length === 1, {
  path: ["rules"],
  message: ONE_CHANGE,
});
export type InjectionChange = z.infer<typeof InjectionChange>;

/** A text under a master key. Binary fields are base64url. */
export const SealedValue = z.object({
  /** Which master key sealed it. */
  keyId: z.string(),
  nonce: z.string(),
  ciphertext: z.string(),
});
export type SealedValue = z.infer<typeof SealedValue>;

/** A secret at rest. */
export const SealedSecret = z.object({
  /** Another one each time that a name is taken anew. */
  id: SecretId,
  serverId: ServerId,
  name: SecretName,
  /** Counts up each time that it is set; part of what the ciphertext is bound to. */
  version: z.number().int().min(1),
  rules: InjectionRules,
  /** Whether each member has a value of their own; this one stands in where they have none. */
  perMember: z.boolean(),
  /** The value that is shared; `null` where only members have one. */
  sealed: SealedValue.nullable(),
  /** Whether what its server sends back is searched for the shared value; `null` without one. */
  isScanned: z.boolean().nullable(),
  createdAt: z.iso.datetime(),
  /** When it was last set, and who did that. */
  setAt: z.iso.datetime(),
  setBy: z.string(),
  /** When anything of it was last changed. */
  updatedAt: z.iso.datetime(),
});
export type SealedSecret = z.infer<typeof SealedSecret>;

/** A secret as the API and the dashboard show it: never its value. */
export const SecretView = z.object({
  name: SecretName,
  version: z.number().int(),
  rules: InjectionRules,
  perMember: z.boolean(),
  /** Whether there is a shared value. */
  isSet: z.boolean(),
  /** Whether what its server sends back is searched for that value; `null` without one. */
  isScanned: z.boolean().nullable(),
  /** How many members have a value of their own. */
  membersSet: z.number().int(),
  keyId: z.string().nullable(),
  createdAt: z.string(),
  setAt: z.string(),
  setBy: z.string(),
  updatedAt: z.string(),
  /** Said about a value or rule that is allowed but may surprise. */
  warnings: z.array(z.string()),
});
export type SecretView = z.infer<typeof SecretView>;
