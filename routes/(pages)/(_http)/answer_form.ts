import type { Context, PageResponse } from "fresh";
import type { z } from "zod";
import type { Admin } from "../../../core/admins/admin.ts";
import { requireRole, type Role } from "../../../core/admins/role.ts";
import { type Actor, actorOf } from "../../../core/audit/actor.ts";
import { readFormInput } from "../../../core/api/parse_input.ts";
import { readFields } from "../../../core/api/read_form.ts";
import { asGatewayError, GatewayError, refusal } from "../../../core/errors.ts";
import type { Services } from "../../../core/services.ts";
import type { State } from "../../../define.ts";
import { inputOf, typedValues } from "./form_input.ts";
import type { FormState } from "./form_state.ts";
import { type Notice, redirectWithNotice } from "./notice_cookie.ts";

/** What a form's work has at hand. */
export interface FormContext {
  ctx: Context<State>;
  services: Services;
  admin: Admin;
  /** Who acts, for the audit log. */
  by: Actor;
  /** Which of several such forms it is, by what it is about. */
  of: string;
}

/** Where the browser goes next, with what it says there; or what the page shows this once. */
export type Done<Shown> =
  | { to: string; notice: Notice }
  | { shown: Shown; /** Whether what was typed stands there again. */ keepsTyped?: boolean };

/** One thing that a form of a page does. */
export interface Intent<Shown> {
  role: Role;
  /** What is wrong with each field, or what is to be done with what they say. */
  read(input: unknown):
    | { problems: Record<string, string> }
    | { run: (form: FormContext) => Promise<Done<Shown>> };
}

/** What a page is shown with: nothing sent, something wrong, or something to show once. */
export interface Submitted<Shown> {
  form: FormState | null;
  shown: Shown | null;
  status: number;
}

/** What a page shows when nothing was sent. */
export const NOTHING_SENT: Submitted<never> = { form: null, shown: null, status: 200 };

/** What a form may do, from which role on: `run` gets what the schema makes of its fields. */
export function intent<Schema extends z.ZodType, Shown = never>(
  role: Role,
  schema: Schema,
  run: (input: z.output<Schema>, form: FormContext) => Promise<Done<Shown>>,
): Intent<Shown> {
  return {
    role,
    read(input) {
      const read = readFormInput(schema, input);
      return "problems" in read ? read : { run: (form) => run(read.value, form) };
    },
  };
}

/**
 * Answers a form of a page, chosen by its field `intent`.
 *
 * What succeeds leads on with 303 and says so there. What is wrong is shown by the same page, each
 * sentence at its field, with what was typed. Throws what is nobody's mistake, and `forbidden`.
 */
export async function answerForm<Shown, Data>(
  ctx: Context<State>,
  intents: Record<string, Intent<Shown>>,
  show: (submitted: Submitted<Shown>) => Promise<Response | PageResponse<Data>>,
): Promise<Response | PageResponse<Data>> {
  const fields = await readFields(ctx.req);
  const name = fields.get("intent") ?? "";
  const chosen = Object.hasOwn(intents, name) ? intents[name] : undefined;
  if (chosen === undefined) {
    throw refusal("bad_request", "This page has no such form; load it again.", "intent");
  }

  const { services, admin } = ctx.state;
  if (admin === null) throw new GatewayError("unauthorized", "Cannot answer a form: no admin");
  requireRole(admin.role, chosen.role);
  const sent = { intent: name, of: fields.get("of") ?? "", values: typedValues(fields) };
  const read = chosen.read(inputOf(fields));
  if ("problems" in read) {
    return await show({ form: stateOf(sent, read.problems, fields), shown: null, status: 400 });
  }

  try {
    const { of } = sent;
    const by = actorOf(admin, "page");
    const done = await read.run({ ctx, services, admin, by, of });
    if ("shown" in done) {
      const form = done.keepsTyped ? stateOf(sent, {}, fields) : null;
      return await show({ form, shown: done.shown, status: 200 });
    }
    return redirectWithNotice(ctx, done.to, done.notice);
  } catch (thrown) {
    const { status, code, field, publicMessage } = asGatewayError(thrown);
    if (status >= 500 || code === "unauthorized" || code === "forbidden") throw thrown;
    const form = stateOf(sent, { [field ?? ""]: publicMessage }, fields);
    return await show({ form, shown: null, status });
  }
}

/** What is wrong with a field that the form does not have is said of the form. */
function stateOf(
  sent: Pick<FormState, "intent" | "of" | "values">,
  problems: Record<string, string>,
  fields: URLSearchParams,
): FormState {
  const at: Record<string, string> = {};
  let problem: string | null = null;
  for (const [field, sentence] of Object.entries(problems)) {
    const own = fieldIn(fields, field);
    if (own !== null) at[own] ??= sentence;
    else problem ??= field === "" ? sentence : sentence.replace(/^It /, `"${field}" `);
  }
  return { ...sent, problems: at, problem };
}

/** The form's own name for the field at this path: a list's entries belong to the list. */
function fieldIn(fields: URLSearchParams, path: string): string | null {
  if (path === "") return null;
  const parts = path.split(".");
  for (let length = parts.length; length > 0; length--) {
    const name = parts.slice(0, length).join(".");
    if (fields.has(name)) return name;
    if (fields.has(`${name}[]`)) return `${name}[]`;
  }
  // A checkbox that was left empty is not sent, and what is missing belongs to its field.
  return null;
}
