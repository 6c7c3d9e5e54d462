import { z } from "zod";
import { refusal } from "../../../../../core/errors.ts";
import { findSink } from "../../../../../core/sinks/find_sink.ts";
import { removeSink } from "../../../../../core/sinks/remove_sink.ts";
import { testSink } from "../../../../../core/sinks/test_sink.ts";
import { updateSink } from "../../../../../core/sinks/update_sink.ts";
import { viewSink } from "../../../../../core/sinks/view_sink.ts";
import type { SinkView } from "../../../../../core/sinks/sink.ts";
import { type Intent, intent } from "../../../(_http)/answer_form.ts";
import { confirmed, ConfirmFields } from "../../../(_http)/confirmed.ts";
import { HeaderFields, headersOf, SinkChangeFields } from "./sink_forms.ts";

const SwitchFields = z.object({ enabled: z.enum(["yes", "no"]) });

/** What the page of one sink does. */
export function sinkIntents(id: string): Record<string, Intent<never>> {
  const path = `/settings/sinks/${id}`;
  return {
    change: intent("admin", SinkChangeFields, async ({ header, value, ...input }, form) => {
      const { services, by } = form;
      const before = await viewSink(services, await findSink(services, id));
      const headers = headersOf({ header, value });
      const { name } = await updateSink(services, by, id, { ...input, headers });
      // Neither the value of a header nor the query of a URL can be sent along.
      const canUndo = input.url === undefined && header === "";
      const undo = canUndo ? { path, fields: fieldsOf(before) } : undefined;
      return { to: path, notice: { text: `Saved ${name}.`, undo } };
    }),

    switch: intent("admin", SwitchFields, async ({ enabled }, { services, by }) => {
      const isOn = enabled === "yes";
      const { name } = await updateSink(services, by, id, { enabled: isOn });
      const undo = { path, fields: { intent: "switch", enabled: isOn ? "no" : "yes" } };
      const text = isOn
        ? `${name} gets the log again, from where it was.`
        : `${name} gets nothing until it is enabled again.`;
      return { to: path, notice: { text, undo } };
    }),

    test: intent("admin", z.object({}), async (_, { services, ctx }) => {
      const { ok, message } = await testSink(services, id, ctx.req.signal);
      if (!ok) throw refusal("bad_request", message);
      return { to: path, notice: { text: message } };
    }),

    "drop-header": intent("admin", HeaderFields, async ({ name }, { services, by }) => {
      await updateSink(services, by, id, { headers: { [name]: null } });
      return { to: path, notice: { text: `The header ${name} is sent no more.` } };
    }),

    remove: intent("admin", ConfirmFields, async (fields, { services, by }) => {
      const { name } = await findSink(services, id);
      confirmed(name, fields);
      await removeSink(services, by, id);
      return { to: "/settings/sinks", notice: { text: `Removed ${name}.` } };
    }),
  };
}

function fieldsOf({ name, include, workspaces, gzip }: SinkView) {
  return {
    intent: "change",
    name,
    url: "",
    "include[]": include,
    workspaces: (workspaces ?? []).join("\n"),
    header: "",
    value: "",
    ...gzip && { gzip: "on" },
  };
}
