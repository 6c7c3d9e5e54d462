import {
  type InputRequests,
  type JSONObject,
  ProtocolError,
  ProtocolErrorCode,
} from "@modelcontextprotocol/server";
import { pause } from "./eventually.ts";

/** What a task does; asking suspends it until everything that it asked is answered. */
export type TaskWork = (tools: {
  ask: (requests: InputRequests) => Promise<JSONObject>;
  pause: (ms: number) => Promise<void>;
}) => Promise<JSONObject>;

interface Task {
  taskId: string;
  status: "working" | "input_required" | "completed" | "failed" | "cancelled";
  createdAt: string;
  lastUpdatedAt: string;
  ttlMs: number;
  pollIntervalMs: number;
}

/** A task, and what `tasks/get` tells beyond its bare state. */
interface Entry {
  task: Task;
  outcome: { result?: JSONObject; error?: { code: number; message: string } };
  pending: Record<string, InputRequests[string]>;
  answers: JSONObject;
  onAnswered: () => void;
  stopping: AbortController;
}

/** The tasks of one fixture (extension `io.modelcontextprotocol/tasks`), in memory. */
export class FixtureTasks {
  #entries = new Map<string, Entry>();

  /** Begins a task, and gives the result of the call that did so. */
  create(work: TaskWork): JSONObject {
    const now = new Date().toISOString();
    const task: Task = {
      taskId: crypto.randomUUID(),
      status: "working",
      createdAt: now,
      lastUpdatedAt: now,
      ttlMs: 60_000,
      pollIntervalMs: 100,
    };
    const stopping = new AbortController();
    const entry: Entry = {
      ...{ task, outcome: {}, pending: {}, answers: {}, onAnswered: () => {}, stopping },
    };
    this.#entries.set(task.taskId, entry);
    void run(entry, work);
    return { ...task, resultType: "task" };
  }

  get(taskId: string): JSONObject {
    const { task, outcome, pending } = this.#find(taskId);
    const asked = task.status === "input_required" ? { inputRequests: { ...pending } } : {};
    return { ...task, ...outcome, ...asked } as unknown as JSONObject;
  }

  /** Takes the answers to what is pending; others mean nothing here. */
  update(taskId: string, answers: JSONObject): JSONObject {
    const entry = this.#find(taskId);
    for (const [key, answer] of Object.entries(answers)) {
      if (entry.pending[key] === undefined) continue;
      delete entry.pending[key];
      entry.answers[key] = answer;
    }
    if (Object.keys(entry.pending).length === 0) entry.onAnswered();
    return {};
  }

  cancel(taskId: string): JSONObject {
    const entry = this.#find(taskId);
    const isRunning = ["working", "input_required"].includes(entry.task.status);
    if (isRunning) become(entry, "cancelled");
    entry.stopping.abort();
    return {};
  }

  /** Ends everything that still runs. */
  stop(): void {
    for (const { stopping } of this.#entries.values()) stopping.abort();
  }

  #find(taskId: string): Entry {
    const entry = this.#entries.get(taskId);
    if (entry !== undefined) return entry;
    throw new ProtocolError(ProtocolErrorCode.InvalidParams, `There is no task "${taskId}"`);
  }
}

async function run(entry: Entry, work: TaskWork): Promise<void> {
  const { signal } = entry.stopping;
  try {
    entry.outcome.result = await work({
      ask: (requests) => ask(entry, requests),
      async pause(ms) {
        await pause(ms, signal);
        signal.throwIfAborted();
      },
    });
    become(entry, "completed");
  } catch (error) {
    if (signal.aborted) return;
    entry.outcome.error = { code: -32603, message: String(error) };
    become(entry, "failed");
  }
}

async function ask(entry: Entry, requests: InputRequests): Promise<JSONObject> {
  const answered = Promise.withResolvers<void>();
  entry.pending = { ...requests };
  entry.onAnswered = answered.resolve;
  become(entry, "input_required");
  await answered.promise;
  become(entry, "working");
  return entry.answers;
}

function become(entry: Entry, status: Task["status"]): void {
  if (entry.task.status === "cancelled") return;
  entry.task = { ...entry.task, status, lastUpdatedAt: new Date().toISOString() };
}
