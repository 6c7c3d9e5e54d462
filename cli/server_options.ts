import { type Command, Option } from "commander";
import { ProtocolPin } from "../core/servers/protocol_pin.ts";
import { OnLeak, type ServerChange } from "../core/servers/server.ts";
import type { TimeoutsChange } from "../core/servers/timeouts.ts";
import { wholeNumber } from "./times.ts";

/** What may be said of how a server is called, at `mcp register` and `mcp update` alike. */
export interface PolicyOptions {
  protocol?: ProtocolPin;
  timeout?: number;
  connectTimeout?: number;
  firstByteTimeout?: number | "none";
  idleTimeout?: number | "none";
  maxConcurrent?: number;
  forwardHeaders?: string[];
  onLeak?: OnLeak;
}

const seconds = (option: string) => wholeNumber(option, 1, 3600);

/** Adds the options that say how a server is called. */
export function addPolicyOptions(verb: Command): Command {
  const protocol = new Option(
    "--protocol <protocol>",
    "how to speak to it; auto finds out, sse is the oldest transport",
  ).choices(ProtocolPin.options);

  const onLeak = new Option(
    "--on-leak <what>",
    "what happens when it sends back a secret: redact takes it out, block disables the server too",
  ).choices(OnLeak.options);

  return verb
    .addOption(protocol)
    .option("--timeout <seconds>", "how long a call may take (300 at first)", seconds("--timeout"))
    .option(
      "--connect-timeout <seconds>",
      "how long it may take to begin to speak (10 at first)",
      seconds("--connect-timeout"),
    )
    .option(
      "--first-byte-timeout <seconds>",
      'how long until an answer begins; "none" at first',
      unlessNone(seconds("--first-byte-timeout")),
    )
    .option(
      "--idle-timeout <seconds>",
      'how long an answer may pause; "none" at first',
      unlessNone(seconds("--idle-timeout")),
    )
    .option(
      "--max-concurrent <calls>",
      "how many calls a process may have at it at once (100 at first)",
      wholeNumber("--max-concurrent", 1, 10_000),
    )
    .option(
      "--forward-headers <names>",
      'headers of the client that it gets, with commas between them, or "none"',
      headerNames,
    )
    .addOption(onLeak);
}

/** The part of a request's body that these options fill in; nothing that was not given. */
export function policyOf(options: PolicyOptions): ServerChange {
  const { protocol, maxConcurrent, forwardHeaders, onLeak } = options;
  return { protocol, timeouts: timeoutsOf(options), maxConcurrent, forwardHeaders, onLeak };
}

function timeoutsOf(options: PolicyOptions): TimeoutsChange | undefined {
  const timeouts: TimeoutsChange = {
    connectSeconds: options.connectTimeout,
    firstByteSeconds: limitOf(options.firstByteTimeout),
    idleSeconds: limitOf(options.idleTimeout),
    totalSeconds: options.timeout,
  };
  return Object.values(timeouts).every((value) => value === undefined) ? undefined : timeouts;
}

/** The word stays until here: Commander takes `null` for an option without a value. */
function limitOf(option: number | "none" | undefined): number | null | undefined {
  return option === "none" ? null : option;
}

function unlessNone(parse: (value: string) => number) {
  return (value: string): number | "none" => value === "none" ? "none" : parse(value);
}

function headerNames(value: string): string[] {
  if (value === "none") return [];
  return value.split(",").map((name) => name.trim()).filter((name) => name !== "");
}
