import type { Command } from "commander";
import { createParser } from "eventsource-parser";
import { CallView } from "../core/calls/call.ts";
import { calledName } from "../core/calls/called_name.ts";
import type { ApiClient } from "./api_client.ts";
import { apiPath } from "./api_path.ts";
import { addCallOptions, type CallOptions, callQuery, outcomeInWords } from "./call_options.ts";
import { CliError } from "./cli_error.ts";
import { clean } from "./output.ts";
import type { Session } from "./session.ts";
import { verb } from "./verb.ts";

interface TailOptions extends CallOptions {
  workspace: string;
}

/** A stream says every 15 s that it is there; one that says nothing for so long is lost. */
const SILENCE_MS = 45_000;

/** How long is waited before the next try, at first and at most. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/** Failures that pass. */
const PASSING = ["unreachable", "too_many", "shutting_down", "internal", "not_a_gateway"];

/** `calls tail`. */
export function addTailVerb(calls: Command, session: Session): void {
  const tailVerb = verb(calls, "tail", "follow the calls as they come, until Ctrl-C", [
    "aerostack calls tail --workspace backend",
    "aerostack calls tail --workspace backend --outcome refused",
    "aerostack calls tail --workspace backend --member alice@example.com --json",
  ])
    .requiredOption("--workspace <workspace>", "the workspace's slug");
  addCallOptions(tailVerb).action((options: TailOptions) => tail(session, options));
}

/** Ends only by an error that trying again does not help. */
async function tail(session: Session, options: TailOptions): Promise<void> {
  const path = `${apiPath`/workspaces/${options.workspace}/calls/tail`}?${callQuery(options)}`;
  const api = await session.api();
  let last: string | null = null;
  let pauseMs = FIRST_PAUSE_MS;
  let hasBegun = false;

  for (;;) {
    try {
      for await (const { id, call } of events(api, path, last)) {
        hasBegun = true;
        pauseMs = FIRST_PAUSE_MS;
        last = id ?? last;
        if (call !== null) session.terminal.out(lineOf(session, call));
      }
    } catch (error) {
      const isPassing = error instanceof CliError && PASSING.includes(error.code);
      if (error instanceof CliError && !(isPassing && hasBegun)) throw error;
      session.warn("The stream broke off; going on where it was.");
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

interface Heard {
  id: string | null;
  /** `null` for what says only where the stream is. */
  call: CallView | null;
}

async function* events(api: ApiClient, path: string, last: string | null): AsyncGenerator<Heard> {
  const headers: Record<string, string> = last === null ? {} : { "last-event-id": last };
  const body = await api.stream(path, headers);
  yield { id: null, call: null };
  const heard: Heard[] = [];
  const parser = createParser({
    onEvent: ({ id = null, event, data }) => {
      heard.push({ id, call: event === undefined ? CallView.parse(JSON.parse(data)) : null });
    },
  });
  const decoder = new TextDecoder();
  for await (const bytes of untilSilent(body)) {
    parser.feed(decoder.decode(bytes, { stream: true }));
    yield* heard.splice(0);
  }
}

/** What comes until the end; fails when nothing comes for too long. */
async function* untilSilent(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader();
  let isSilent = false;
  const giveUp = () => {
    isSilent = true;
    void reader.cancel().catch(() => {});
  };
  let timer = setTimeout(giveUp, SILENCE_MS);

  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (isSilent) throw new Error("The stream fell silent");
      if (done) return;
      clearTimeout(timer);
      timer = setTimeout(giveUp, SILENCE_MS);
      yield value;
    }
  } finally {
    clearTimeout(timer);
    await reader.cancel().catch(() => {});
  }
}

function lineOf({ json }: Session, call: CallView): string {
  if (json) return JSON.stringify(call);
  const time = call.at.slice(11, 19);
  const said = [calledName(call), outcomeInWords(call), `${Math.round(call.durationMs)} ms`];
  return clean([time, call.person, ...said].join("  "));
}
