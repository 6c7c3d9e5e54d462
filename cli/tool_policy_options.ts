import type { Command } from "commander";
import type { ToolPolicyInput } from "../core/policies/tool_policy.ts";
import { wrongUsage } from "./cli_error.ts";

/** What may be said of which tools are shown, at `mcp install` and for a token alike. */
export interface ToolPolicyOptions {
  allow?: string[];
  deny?: string[];
  readOnly?: boolean;
  /** `false` when `--no-policy` was given. */
  policy?: boolean;
}

/** Adds the options that say which tools are shown. */
export function addToolPolicyOptions(verb: Command): Command {
  return verb
    .option("--allow <glob>", "show what this names; may be repeated", collect)
    .option("--deny <glob>", "never show what this names; may be repeated", collect)
    .option("--read-only", "show tools that say they change nothing, and those of --allow")
    .option("--no-policy", "show everything again");
}

/** The policy that these options make; `null` = none, `undefined` = nothing was said of it. */
export function toolPolicyOf(options: ToolPolicyOptions): ToolPolicyInput | null | undefined {
  const { allow, deny, readOnly } = options;
  const isGiven = [allow, deny, readOnly].some((option) => option !== undefined);
  if (options.policy !== false) return isGiven ? { allow, deny, readOnly } : undefined;
  if (isGiven) {
    throw wrongUsage("--no-policy takes back --allow, --deny and --read-only; give one.");
  }
  return null;
}

function collect(glob: string, globs: string[] = []): string[] {
  return [...globs, glob];
}
