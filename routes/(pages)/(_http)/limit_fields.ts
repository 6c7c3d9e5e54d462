import { z } from "zod";
import { quote } from "../../../core/quote.ts";
import { InstallLimits, TokenLimits, WorkspaceLimits } from "../../../core/limits/limits.ts";
import { numeric } from "./form_input.ts";

const { requestsPerMinute, requestsPerMinutePerToken, concurrentCalls, concurrentCallsPerToken } =
  WorkspaceLimits.shape;

/** A limit as a form sends it; left empty it limits nothing. */
function limit<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess(
    (value) => value === undefined || String(value).trim() === "" ? null : value,
    numeric(schema),
  );
}

/** The limits of a workspace, each left empty for none. */
export const WorkspaceLimitFields = z.object({
  requestsPerMinute: limit(requestsPerMinute),
  requestsPerMinutePerToken: limit(requestsPerMinutePerToken),
  concurrentCalls: limit(concurrentCalls),
  concurrentCallsPerToken: limit(concurrentCallsPerToken),
});

/** The limits of a token, each left empty for what its workspace says. */
export const TokenLimitFields = z.object({
  requestsPerMinute: limit(TokenLimits.shape.requestsPerMinute),
  concurrentCalls: limit(TokenLimits.shape.concurrentCalls),
});

/** Limits of single tools, one a line: `delete_issue 10`, or `search unlimited`. */
const ToolLimitLines = z.string().default("").transform((text, ctx) => {
  const tools: [string, number | null][] = [];
  for (const line of text.split(/\r?\n/).map((line) => line.trim())) {
    if (line === "") continue;
    const parts = /^(.+?)(?:\s*=\s*|\s+)(\d+|unlimited)$/.exec(line);
    if (parts === null) {
      refuse(
        ctx,
        `must have a tool and a number, or "unlimited", in each line: see ${quote(line)}`,
      );
      continue;
    }
    const [, name, amount] = parts;
    if (tools.some(([known]) => known === name)) refuse(ctx, `must name ${quote(name)} only once`);
    tools.push([name, amount === "unlimited" ? null : Number(amount)]);
  }
  // Not by assignment, since a tool may be called as it likes.
  return checked(Object.fromEntries(tools), ctx);
});

/** The limits of an install. */
export const InstallLimitFields = z.object({
  callsPerMinutePerTool: limit(InstallLimits.shape.callsPerMinutePerTool),
  tools: ToolLimitLines,
});

/** Limits of single tools as their field has them. */
export function toolLimitLines(tools: InstallLimits["tools"]): string {
  return Object.entries(tools)
    .map(([name, amount]) => `${name} ${amount ?? "unlimited"}`).join("\n");
}

function checked(tools: InstallLimits["tools"], ctx: z.RefinementCtx): InstallLimits["tools"] {
  for (const issue of InstallLimits.shape.tools.safeParse(tools).error?.issues ?? []) {
    const [name] = issue.path;
    const rule = issue.code === "invalid_key"
      ? "must name tools of at most 200 characters"
      : issue.message;
    refuse(ctx, name === undefined ? rule : `${rule}: see ${quote(String(name))}`);
  }
  return tools;
}

function refuse(ctx: z.RefinementCtx, message: string): void {
  ctx.addIssue({ code: "custom", message });
}
