import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { inheritedEnv } from "../_support/child_process.ts";

/** Which access ends, and by which way. */
export const WAYS = ["revoke", "offboard", "disable workspace", "disable server"] as const;
export type Way = typeof WAYS[number];

/** An access that is ended after a time. */
export interface End {
  how: Way;
  afterMs: number;
  workspace: string;
  server: string;
  tokenId: string;
  email: string;
}

/** A call that is to begin after a time. */
export interface Call {
  id: string;
  tool: string;
  afterMs: number;
}

/** What a process is to do, in one of several lanes that go on at once. */
export type Order =
  & { lane: number; round: number; workspace: string; server: string }
  & (
    | { kind: "let in"; email: string }
    | { kind: "open again"; how: Way }
    | {
      kind: "call";
      token: string;
      address: string;
      calls: Call[];
      end: End | null;
      lastCalls: Call[];
    }
  );

/** How a call went. */
export interface Answered {
  id: string;
  tool: string;
  beganMs: number;
  /** Whether it began in the process that ended the access, after that was answered. */
  isAfter: boolean;
  /** `ok`, or the status and what was said. */
  outcome: string;
}

/** What a process says when it has done something. */
export type Reply =
  & { lane: number; round: number }
  & (
    | { kind: "let in"; token: string; id: string }
    | { kind: "opened" }
    | { kind: "called"; endedMs: number | null; calls: Answered[] }
    | { kind: "failed"; why: string }
  );

/** A process that calls, and ends accesses. */
export interface Caller extends AsyncDisposable {
  do(order: Order): Promise<Reply>;
}

const PROGRAM = fileURLToPath(new URL("./_children/caller.ts", import.meta.url));

/** Starts one on the store at this path. */
export async function startCaller(path: string): Promise<Caller> {
  const child = spawn(Deno.execPath(), ["run", "-A", "--no-check", PROGRAM, path], {
    env: { ...inheritedEnv(), NO_COLOR: "1" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const waiting = new Map<string, (reply: Reply) => void>();
  const ready = Promise.withResolvers<void>();
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line === "ready") return ready.resolve();
    const reply: Reply = JSON.parse(line);
    waiting.get(nameOf(reply))?.(reply);
    waiting.delete(nameOf(reply));
  });
  const exited = once(child, "exit");
  await Promise.race([ready.promise, exited.then(() => Promise.reject(new Error("It ended")))]);

  return {
    do: (order) =>
      new Promise((resolve) => {
        waiting.set(nameOf(order), resolve);
        child.stdin.write(`${JSON.stringify(order)}\n`);
      }),
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exited;
    },
  };
}

function nameOf({ lane, round }: { lane: number; round: number }): string {
  return `${lane} ${round}`;
}
