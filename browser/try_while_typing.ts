import type { ConnectionFinding } from "../core/servers/connection_finding.ts";

/** How far a trial is. */
export type TrialState =
  | { is: "idle" }
  | { is: "trying"; host: string }
  | { is: "found"; finding: ConnectionFinding }
  | { is: "problem"; sentence: string };

interface WatchOptions {
  /** Whether what the form says now was tried already. */
  isTried: boolean;
  tell(state: TrialState): void;
}

/** What a trial depends on. */
const FIELDS = new Set(["url", "protocol", "header", "scheme", "value"]);

/** How long nobody types before the gateway tries. */
const QUIET_MS = 600;

const PATH = "/add/server/test";

/**
 * Has the gateway try the server that a form describes, once nobody has typed for a moment, and at
 * once when its button `data-test` is pressed. A newer trial ends the one before.
 */
export function watchForm(form: HTMLFormElement, { isTried, tell }: WatchOptions): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | null = null;

  function stop(): void {
    clearTimeout(timer);
    running?.abort();
    running = null;
  }

  async function run(): Promise<void> {
    stop();
    const input = readTrial(form);
    if (input === null) return tell({ is: "idle" });

    const own = running = new AbortController();
    tell({ is: "trying", host: input.host });
    const state = await ask(input.body, own.signal);
    // What was typed meanwhile makes this one old.
    if (running !== own) return;
    tell(state);
    if (wantsKey(state)) form.querySelector("details[data-key]")?.setAttribute("open", "");
  }

  function onInput({ target }: Event): void {
    const name = target instanceof Element ? target.getAttribute("name") : null;
    if (name === null || !FIELDS.has(name)) return;
    stop();
    if (readTrial(form) === null) return tell({ is: "idle" });
    timer = setTimeout(() => void run(), QUIET_MS);
  }

  function onClick(event: MouseEvent): void {
    const { target } = event;
    if (!(target instanceof Element) || target.closest("button[data-test]") === null) return;
    // An address that is none goes to the server, which says so at its field.
    if (readTrial(form) === null) return;
    event.preventDefault();
    void run();
  }

  form.addEventListener("input", onInput);
  form.addEventListener("click", onClick);
  if (!isTried) void run();
  return () => {
    stop();
    form.removeEventListener("input", onInput);
    form.removeEventListener("click", onClick);
  };
}

function wantsKey(state: TrialState): boolean {
  return state.is === "found" && state.finding.state === "wants_credentials";
}

/** What there is to try; `null` while the address is none. */
function readTrial(form: HTMLFormElement): { host: string; body: string } | null {
  const fields = new FormData(form);
  const text = (name: string) => String(fields.get(name) ?? "");
  const url = text("url").trim();
  if (!/^https?:\/\/[^/]/i.test(url) || !URL.canParse(url)) return null;

  const value = text("value");
  const credential = value === ""
    ? undefined
    : { header: text("header"), scheme: text("scheme"), value };
  const body = JSON.stringify({ url, protocol: text("protocol"), credential });
  return { host: new URL(url).host, body };
}

async function ask(body: string, signal: AbortSignal): Promise<TrialState> {
  try {
    const headers = { "content-type": "application/json" };
    const response = await fetch(PATH, {
      method: "POST",
      headers,
      body,
      signal,
      redirect: "error",
    });
    const { finding, problem } = await response.json();
    return finding === undefined
      ? { is: "problem", sentence: String(problem) }
      : { is: "found", finding };
  } catch {
    // It could not be asked, or not as who one was: its answer is none of ours.
    const sentence = "The gateway could not be asked. You may be signed out: load this page again.";
    return { is: "problem", sentence };
  }
}
