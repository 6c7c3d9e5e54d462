import { z } from "zod";
import { refusal } from "../../../../../../core/errors.ts";
import { findServer } from "../../../../../../core/servers/find_server.ts";
import { checkRules } from "../../../../../../core/secrets/injection_rule.ts";
import { injectSecret } from "../../../../../../core/secrets/inject_secret.ts";
import { noSecret } from "../../../../../../core/secrets/no_secret.ts";
import { removeSecret } from "../../../../../../core/secrets/remove_secret.ts";
import {
  type InjectionRule,
  type SealedSecret,
  SecretName,
  SecretValue,
} from "../../../../../../core/secrets/secret.ts";
import { setSecret } from "../../../../../../core/secrets/set_secret.ts";
import { type FormContext, intent } from "../../../../(_http)/answer_form.ts";
import { confirmed, ConfirmFields } from "../../../../(_http)/confirmed.ts";
import { Checked, optional } from "../../../../(_http)/form_input.ts";
import { refuseShort } from "../../../../(_http)/short_values.ts";
import { atTheirRows, fieldsOfRules, filledRules, RuleRows } from "./rule_fields.ts";

/** Whose value is sent: one for all, each member's, or each member's and else the shared one. */
export const MODES = ["shared", "own", "fallback"] as const;
const Mode = z.enum(MODES, "must be one of the three");

const ValueFields = z.object({
  mode: Mode,
  value: optional(SecretValue),
  allowShort: Checked,
});
type ValueFields = z.infer<typeof ValueFields>;

const SetFields = ValueFields.extend({
  name: z.string().trim().pipe(SecretName),
  rules: RuleRows,
  preview: Checked,
});

/** The rules of a secret that somebody wants to see before it is stored. */
export type Previewed = InjectionRule[];

/** Stores a new secret, or shows how it would be sent. */
export const setIntent = intent<typeof SetFields, Previewed>(
  "admin",
  SetFields,
  async (fields, form) => {
    const { server, secrets } = await placeOf(form);
    const { name } = fields;
    if (secrets.some((secret) => secret.name === name)) {
      throw refusal(
        "conflict",
        `There is a secret ${name} already; give it a new value below, or choose another name.`,
        "name",
      );
    }
    const filled = filledRules(fields.rules);
    if (fields.preview) return { shown: await preview(name, filled), keepsTyped: true };
    const input = {
      ...valueInput(fields),
      ...filled.length > 0 && { rules: filled.map(({ rule }) => rule) },
    };
    const { services, by } = form;
    await atTheirRows(filled, () => setSecret(services, by, server.slug, name, input));
    return done(server.slug, `${name} is stored. It is sent from the next call on.`);
  },
);

async function preview(name: string, filled: ReturnType<typeof filledRules>): Promise<Previewed> {
  const own = filled.map(({ rule }) => rule);
  const rules = own.length > 0 ? own : [{ kind: "header" as const, name }];
  const fields = { rules: (at: number) => own.length > 0 ? `rules.${at}` : "name", value: "value" };
  await atTheirRows(filled, () => checkRules({ rules, value: null, others: [], fields }));
  return rules;
}

const ReplaceFields = ValueFields.extend({ forget: Checked });

/** Gives a secret another value, or another owner of its values. */
export const replaceIntent = intent("admin", ReplaceFields, async (fields, form) => {
  const { server, secret } = await secretOf(form);
  const { services, by } = form;
  if (fields.mode === "shared" && secret.perMember && !fields.forget) {
    const own = await services.memberSecrets.count(server.id, secret.id);
    if (own > 0) {
      throw refusal(
        "conflict",
        `${own === 1 ? "One member has" : `${own} members have`} set a value of their own. Check ` +
          '"Forget the members\' own values" to go back to one for all.',
      );
    }
  }
  const { version, name } = await setSecret(
    services,
    by,
    server.slug,
    secret.name,
    valueInput(fields),
  );
  const text = fields.value === undefined
    ? `${name} is for each member to set now.`
    : `${name} has its new value (version ${version}). It is sent from the next call on.`;
  return done(server.slug, text);
});

/** Changes where a secret is sent; the notice takes it back. */
export const rulesIntent = intent("admin", z.object({ rules: RuleRows }), async (fields, form) => {
  const { server, secret } = await secretOf(form);
  const { services, by } = form;
  const filled = filledRules(fields.rules);
  if (filled.length === 0) {
    throw refusal(
      "invalid_input",
      `${secret.name} would not be sent at all any more; keep one rule, or remove the secret.`,
      "rules.0.name",
    );
  }
  const rules = filled.map(({ rule }) => rule);
  await atTheirRows(
    filled,
    () => injectSecret(services, by, server.slug, secret.name, { rules }),
  );
  const path = `/servers/${server.slug}/secrets`;
  const undo = {
    path,
    fields: { intent: "rules", of: secret.name, ...fieldsOfRules(secret.rules) },
  };
  const text = `${secret.name} is sent by its new rules from the next call on.`;
  return { to: path, notice: { text, undo } };
});

/** Removes a secret whose name was typed. */
export const removeIntent = intent("admin", ConfirmFields, async (fields, form) => {
  const { server, secret } = await secretOf(form);
  confirmed(secret.name, fields);
  const { services, by } = form;
  await removeSecret(services, by, server.slug, secret.name, { force: true });
  return done(server.slug, `${secret.name} is removed. Nothing is sent of it any more.`);
});

/** What core is told of a value. Throws `invalid_input` at the field. */
function valueInput({ mode, value, allowShort }: ValueFields) {
  if (mode === "own") {
    if (value === undefined) return { perMember: true };
    throw refusal(
      "invalid_input",
      "Each member sets their own value; leave this empty, or choose a fallback for who has none.",
      "value",
    );
  }
  if (value === undefined) throw refusal("invalid_input", "Fill this in.", "value");
  refuseShort({ value, allowShort });
  return { value, perMember: mode === "fallback", allowShort };
}

async function placeOf({ ctx, services }: FormContext) {
  const server = await findServer(services, ctx.params.slug);
  return { server, secrets: await services.secrets.list(server.id) };
}

/** The secret that a form is about: its field `of`. Throws `not_found`. */
async function secretOf(form: FormContext) {
  const { server, secrets } = await placeOf(form);
  const secret: SealedSecret | undefined = secrets.find(({ name }) => name === form.of);
  if (secret === undefined) throw noSecret(server.slug, form.of);
  return { server, secret };
}

function done(slug: string, text: string) {
  return { to: `/servers/${slug}/secrets`, notice: { text } };
}
