import { type Command, Option } from "commander";
import { z } from "zod";
import { CSV_END, EXPORT_FORMATS, type ExportFormat } from "../core/calls/export_calls.ts";
import { apiPath } from "./api_path.ts";
import { addCallOptions, addPeriodOptions, type CallOptions, callQuery } from "./call_options.ts";
import { failure } from "./cli_error.ts";
import { count } from "./output.ts";
import type { Session } from "./session.ts";
import { verb } from "./verb.ts";

interface ExportOptions extends CallOptions {
  workspace: string;
  format: ExportFormat;
  output?: string;
}

/** The last line of an export is shorter than this. */
const LAST_LINE_CHARS = 4_096;

const End = z.object({
  end: z.object({ calls: z.number(), upTo: z.string().nullable() }),
});

/** `calls export`. */
export function addExportVerb(calls: Command, session: Session): void {
  const exportVerb = verb(calls, "export", "write all calls of a period, oldest first", [
    "aerostack calls export --workspace backend --output calls.jsonl",
    "aerostack calls export --workspace backend --from 2026-11-01 --to 2026-11-30 --format csv --output november.csv",
    "aerostack calls export --workspace backend --from 24h | jq -r .tool",
  ])
    .requiredOption("--workspace <workspace>", "the workspace's slug")
    .addOption(
      new Option("--format <format>", "of the file").choices(EXPORT_FORMATS)
        .default("jsonl"),
    )
    .option("--output <file>", "where to write it (default: the standard output)");
  addPeriodOptions(addCallOptions(exportVerb), session.terminal.now)
    .action((options: ExportOptions) => exportCalls(session, options));
}

async function exportCalls(session: Session, options: ExportOptions): Promise<void> {
  const { workspace, format, output } = options;
  const query = callQuery(options);
  query.set("format", format);
  const path = apiPath`/workspaces/${workspace}/calls/export`;
  const api = await session.api();
  const body = await api.stream(`${path}?${query}`);

  if (output === undefined) {
    await copy(body, format, "", (bytes) => session.terminal.write(bytes));
    return;
  }

  const end = await writeFile(output, (write, part) => copy(body, format, part, write));
  const upTo = end.upTo === null ? "" : `, up to commit ${end.upTo}`;
  session.show({ file: output, ...end }, `Wrote ${count(end.calls, "call")} to ${output}${upTo}.`);
}

/** Writes beside the file, which gets its name when it is whole. */
async function writeFile<T>(
  output: string,
  fill: (write: (bytes: Uint8Array) => Promise<void>, part: string) => Promise<T>,
): Promise<T> {
  const part = `${output}.part`;
  const options = { write: true, create: true, truncate: true, mode: 0o600 };
  const file = await Deno.open(part, options).catch((error) => {
    throw failure("not_written", `Cannot write ${part}: ${error.message}`);
  });

  try {
    const write = async (bytes: Uint8Array) => {
      let rest = bytes;
      while (rest.length > 0) rest = rest.subarray(await file.write(rest));
    };
    const filled = await fill(write, part);
    await file.sync();
    await Deno.rename(part, output);
    return filled;
  } finally {
    file.close();
  }
}

/** Copies an export piece by piece, and says what its last line says. */
async function copy(
  body: ReadableStream<Uint8Array>,
  format: ExportFormat,
  part: string,
  write: (bytes: Uint8Array) => void | Promise<void>,
): Promise<{ calls: number; upTo: string | null }> {
  const decoder = new TextDecoder();
  let last = "";
  let size = 0;
  try {
    for await (const bytes of body) {
      await write(bytes);
      size += bytes.length;
      last = (last + decoder.decode(bytes, { stream: true })).slice(-LAST_LINE_CHARS);
    }
  } catch (error) {
    throw brokenOff(part, size, error instanceof Error ? error.message : String(error));
  }

  const end = format === "csv" ? csvEnd(last) : jsonEnd(last);
  if (end === null) throw brokenOff(part, size, "its last line is missing");
  return end;
}

function jsonEnd(text: string): { calls: number; upTo: string | null } | null {
  const line = text.slice(text.lastIndexOf("\n", text.length - 2) + 1);
  try {
    return text.endsWith("\n") ? End.parse(JSON.parse(line)).end : null;
  } catch {
    return null;
  }
}

function csvEnd(text: string): { calls: number; upTo: string | null } | null {
  const line = new RegExp(`\\n${CSV_END},[^,\\n]*,,(\\d+) calls,.*\\r\\n$`).exec(text);
  if (line === null) return null;
  const upTo = /up to commit ([0-9a-f]{20})/.exec(line[0])?.[1] ?? null;
  return { calls: Number(line[1]), upTo };
}

function brokenOff(part: string, size: number, why: string) {
  const left = part === ""
    ? "What was written is not whole."
    : `What came is in ${part}, not whole.`;
  return failure(
    "broken_off",
    `The export broke off after ${size} bytes (${why}). ${left} Run it again.`,
  );
}
