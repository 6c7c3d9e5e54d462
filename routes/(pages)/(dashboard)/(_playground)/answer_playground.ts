import type { Context } from "fresh";
import { readFields } from "../../../../core/api/read_form.ts";
import { actorOf } from "../../../../core/audit/actor.ts";
import { refusal } from "../../../../core/errors.ts";
import type { JsonObject } from "../../../../core/mcp/message.ts";
import { callTool, type PlayedCall } from "../../../../core/playground/call_tool.ts";
import { fillForm } from "../../../../core/playground/fill_form.ts";
import type { FormField } from "../../../../core/playground/form_field.ts";
import type { ShownTool } from "../../../../core/playground/list_tools.ts";
import { findSeat, takeSeat } from "../../../../core/playground/open_playground.ts";
import { readArguments, readJsonArguments } from "../../../../core/playground/read_arguments.ts";
import { formFor } from "../../../../core/playground/schema_form.ts";
import type { State } from "../../../../define.ts";
import { typedValues } from "../../(_http)/form_input.ts";
import type { FormState } from "../../(_http)/form_state.ts";
import { playgroundPath, readAddress } from "./playground_address.ts";
import { playerOf, type PlaygroundView, readPlayground, schemaMark } from "./read_playground.ts";

/** What the page of the playground is made from. */
export interface PlaygroundPage {
  view: PlaygroundView;
  /** The fields of the tool's form; `null` where its arguments are written as JSON. */
  fields: FormField[] | null;
  form: FormState;
  played: PlayedCall | null;
}

/** The field that holds all arguments, where they are written as JSON. */
export const JSON_FIELD = "json";

/** What is shown before anything was sent. */
export function untouched(view: PlaygroundView): PlaygroundPage {
  const fields = view.tool === null ? null : formFor(view.tool.inputSchema);
  return { view, fields, form: { ...BLANK }, played: null };
}

const BLANK: FormState = { intent: "call", of: "", values: {}, problems: {}, problem: null };

/**
 * Answers what a form of the playground sends: opens a workspace, adds a row, changes between form
 * and JSON, or calls. A workspace whose hour is over is opened again.
 */
export async function answerPlayground(
  ctx: Context<State>,
): Promise<Response | { page: PlaygroundPage; status: number }> {
  const { services, admin } = ctx.state;
  const sent = await readFields(ctx.req);
  const address = readAddress(ctx.url);
  if (address.workspace === null) {
    throw refusal("bad_request", "Choose a workspace first.", "workspace");
  }

  const by = actorOf(admin, "page");
  const wanted = await findSeat(services, address.workspace, address.as);
  const seat = await takeSeat(services, by, playerOf(ctx), wanted);
  if (sent.get("do") === "open") return ctx.redirect(playgroundPath(address), 303);

  const view = await readPlayground(ctx, seat);
  const { tool } = view;
  const page = untouched(view);
  if (tool === null) {
    return { page, status: 404 };
  }
  if (sent.get("schema") !== schemaMark(tool)) {
    const problem = "The tool has changed since this form was made; nothing was called.";
    return { page: { ...page, form: { ...BLANK, problem } }, status: 409 };
  }

  const filled = fillIn(page, sent);
  if (filled.args === null) return { page: filled.page, status: filled.status };
  const played = await callTool(services, seat, tool, filled.args, ctx.req.signal);
  return { page: { ...filled.page, played }, status: 200 };
}

/** What was filled in; arguments where they are to be called with. */
interface Filled {
  page: PlaygroundPage;
  args: JsonObject | null;
  status: number;
}

function fillIn(page: PlaygroundPage, sent: URLSearchParams): Filled {
  const wish = sent.get("do") ?? "call";
  const form: FormState = { ...BLANK, values: typedValues(sent) };
  const json = sent.get(JSON_FIELD);
  if (json !== null || page.fields === null) return fromJson(page, form, json ?? "", wish);

  const { args, problems } = readArguments(page.fields, sent);
  if (wish === "json") return shownAsJson(page, args);
  if (wish.startsWith("row ")) {
    const field = wish.slice("row ".length);
    const known = Object.hasOwn(form.values, field) ? form.values[field] : [];
    const rows = [...known, ""];
    const values = { ...form.values, [field]: rows };
    return { page: { ...page, form: { ...form, values } }, args: null, status: 200 };
  }
  if (Object.keys(problems).length === 0) return { page: { ...page, form }, args, status: 200 };
  const problem = "Nothing was called: see what is marked below.";
  return { page: { ...page, form: { ...form, problems, problem } }, args: null, status: 400 };
}

function fromJson(page: PlaygroundPage, form: FormState, text: string, wish: string): Filled {
  const asJson = { ...page, fields: null, form };
  const args = readJsonArguments(text);
  if (typeof args === "string") {
    const problems = { [JSON_FIELD]: args };
    const problem = "Nothing was called: see what is marked below.";
    return { page: { ...asJson, form: { ...form, problems, problem } }, args: null, status: 400 };
  }
  if (wish !== "form" || page.fields === null) return { page: asJson, args, status: 200 };

  const values = fillForm(page.fields, args);
  if (values !== null) {
    return { page: { ...page, form: { ...BLANK, values } }, args: null, status: 200 };
  }
  const problem = "The form has no fields for all of this; it can be called as it is.";
  return { page: { ...asJson, form: { ...form, problem } }, args: null, status: 200 };
}

function shownAsJson(page: PlaygroundPage, args: JsonObject): Filled {
  const values = { [JSON_FIELD]: [JSON.stringify(args, null, 2)] };
  return { page: { ...page, fields: null, form: { ...BLANK, values } }, args: null, status: 200 };
}

/** Whether a form can be made for this tool at all. */
export function hasForm(tool: ShownTool): boolean {
  return formFor(tool.inputSchema) !== null;
}
