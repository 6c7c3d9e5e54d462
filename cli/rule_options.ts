import type { Command } from "commander";
import type { InjectionRule } from "../core/secrets/secret.ts";
import { wrongUsage } from "./cli_error.ts";

/** One of the options that say where a secret goes, as it was written. */
interface Said {
  option: "header" | "query" | "template";
  value: string;
}

/**
 * Adds `--header`, `--query` and `--template` to a verb, and gives what reads them.
 *
 * Each may be written several times; a template belongs to the place before it, or to the
 * only one. The reader gives `undefined` when none was written.
 */
export function addRuleOptions(command: Command): () => InjectionRule[] | undefined {
  const said: Said[] = [];
  const note = (option: Said["option"]) => (value: string) => {
    said.push({ option, value });
    return value;
  };

  command
    .option("--header <header>", "send it as this header; may be repeated", note("header"))
    .option("--query <parameter>", "send it as this query parameter", note("query"))
    .option(
      "--template <text>",
      'what is sent there, such as "Bearer {{value}}"',
      note("template"),
    );
  return () => said.length === 0 ? undefined : readRules(said);
}

/** A rule in words: `header Authorization as "Bearer {{value}}"`. */
export function spokenRule({ kind, name, template }: InjectionRule): string {
  const place = kind === "header" ? `header ${name}` : `query parameter ${name}`;
  return template === undefined ? place : `${place} as "${template}"`;
}

function readRules(said: readonly Said[]): InjectionRule[] {
  const rules: InjectionRule[] = [];
  let early: string | undefined;

  for (const { option, value } of said) {
    if (option !== "template") {
      rules.push({ kind: option, name: value });
      continue;
    }
    const before = rules.at(-1);
    if (before?.template !== undefined || early !== undefined) {
      throw wrongUsage("Give each --header or --query one --template, behind it.");
    }
    if (before === undefined) early = value;
    else before.template = value;
  }

  if (rules.length === 0) throw wrongUsage("A --template needs its --header or --query.");
  if (early === undefined) return rules;
  if (rules.length > 1 || rules[0].template !== undefined) {
    throw wrongUsage("Write each --template behind its --header or --query.");
  }
  return [{ ...rules[0], template: early }];
}
