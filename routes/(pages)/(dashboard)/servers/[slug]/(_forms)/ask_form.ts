import { z } from "zod";
import type { TestReport } from "../../../../../../core/servers/test_report.ts";
import { findServer } from "../../../../../../core/servers/find_server.ts";
import { askDefinitions } from "../../../../../../core/upstream/ask_definitions.ts";
import { intent } from "../../../../(_http)/answer_form.ts";

/** What is shown once of a server that was asked and failed. */
export interface Asked {
  failed: TestReport;
}

/** Asks a server for its tools and prompts now. */
export const askIntent = intent<z.ZodObject, Asked>(
  "admin",
  z.object({}),
  async (_fields, { ctx, services }) => {
    const server = await findServer(services, ctx.params.slug);
    const { report, tools, prompts } = await askDefinitions(services, server);
    if (!report.ok) return { shown: { failed: report } };

    const waiting = (await services.pins.heads([server.id])).get(server.id)?.waiting ?? 0;
    const offers = prompts === 0
      ? counted(tools, "tool")
      : `${counted(tools, "tool")} and ${counted(prompts, "prompt")}`;
    const rest = waiting === 0 ? "" : ` ${counted(waiting, "definition")} not approved yet.`;
    const text = `${server.name} answers and offers ${offers}.${rest}`;
    return { to: `/servers/${server.slug}`, notice: { text } };
  },
);

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
