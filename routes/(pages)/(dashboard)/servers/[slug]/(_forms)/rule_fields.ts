import { z } from "zod";
import { GatewayError, refusal } from "../../../../../../core/errors.ts";
import type { InjectionRule } from "../../../../../../core/secrets/secret.ts";
import { optional } from "../../../../(_http)/form_input.ts";

/** So many rules one secret has at most; a form has a row for each. */
export const RULE_ROWS = [0, 1, 2, 3, 4] as const;

const RuleRow = z.object({
  kind: z.enum(["header", "query"], "must be a header or a query parameter"),
  name: z.string().trim().max(200, "must have at most 200 characters").default(""),
  template: optional(z.string().max(1_000, "must have at most 1000 characters")),
});

/** The rows of a form: `rules.0.name`, `rules.1.name`, … */
export const RuleRows = z.record(z.string().regex(/^[0-4]$/), RuleRow).default({});
type RuleRows = z.infer<typeof RuleRows>;

/** The rules that somebody filled in, each with its row. */
export function filledRules(rows: RuleRows): { row: string; rule: InjectionRule }[] {
  return Object.entries(rows).flatMap(([row, { kind, name, template }]) => {
    if (name === "" && template === undefined) return [];
    if (name === "") {
      throw refusal(
        "invalid_input",
        "Say which header or query parameter this is for, or leave the row empty.",
        `rules.${row}.name`,
      );
    }
    return [{ row, rule: template === undefined ? { kind, name } : { kind, name, template } }];
  });
}

/** Does what stores rules, and says what is wrong with one of them at its row. */
export async function atTheirRows<T>(
  filled: readonly { row: string }[],
  work: () => T | Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const at = error instanceof GatewayError ? /^rules\.(\d+)/.exec(error.field ?? "") : null;
    const row = at === null ? undefined : filled[Number(at[1])]?.row;
    if (row === undefined || !(error instanceof GatewayError)) throw error;
    const isTemplate = /^The template /.test(error.publicMessage);
    const field = `rules.${row}.${isTemplate ? "template" : "name"}`;
    throw refusal(error.code, error.publicMessage, field);
  }
}

/** The fields of a form that has these rules. */
export function fieldsOfRules(rules: readonly InjectionRule[]): Record<string, string> {
  return Object.fromEntries(rules.flatMap(({ kind, name, template }, at) => [
    [`rules.${at}.kind`, kind],
    [`rules.${at}.name`, name],
    [`rules.${at}.template`, template ?? ""],
  ]));
}
