import { z } from "zod";
import { type InjectionRule, SecretName, SecretValue } from "../secrets/secret.ts";
import { ServerInput } from "./server.ts";

/** A key to a server that somebody has at hand: the header that carries it, and its value. */
export const Credential = z.strictObject({
  header: z.string().trim().min(1, "must have 1 to 100 characters")
    .max(100, "must have 1 to 100 characters"),
  /** Whether the value stands there alone, or behind `Bearer`. */
  scheme: z.enum(["bearer", "plain"], 'must be "bearer" or "plain"'),
  value: SecretValue,
});
export type Credential = z.infer<typeof Credential>;

/** What is needed to try a server that nobody has registered. */
export const TrialInput = z.strictObject({
  url: ServerInput.shape.url,
  protocol: ServerInput.shape.protocol,
  credential: Credential.optional(),
});
export type TrialInput = z.infer<typeof TrialInput>;

/** How a credential reaches its server, as the rule of a secret. */
export function ruleOf({ header, scheme }: Credential): InjectionRule {
  return scheme === "plain"
    ? { kind: "header", name: header }
    : { kind: "header", name: header, template: "Bearer {{value}}" };
}

/** What the secret is called that keeps a credential: as its header, as far as it may. */
export function secretNameOf({ header }: Credential): SecretName {
  return SecretName.parse(header.replaceAll(/[^\w-]/g, "_").slice(0, 64));
}
