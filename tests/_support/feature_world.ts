import { Journal } from "./journal.ts";

/** A tool, a prompt or a resource as a list shows it. */
export interface Listed {
  name: string;
  [key: string]: unknown;
}

/** A resource as a list shows it. */
export interface ListedResource extends Listed {
  uri: string;
}

/** The resource that changes, and whose changes can be heard. */
export const TODAY = "notes://today";

/** A resource whose URI has a query and a fragment of its own. */
export const MANUAL = "https://example.com/manual?page=2#part";

/** The template of the resources that are in no list. */
export const DAY_TEMPLATE = "notes://day/{day}";

const NAMES = ["Alice", "Albert", "Bob"];
const DAYS = ["monday", "tuesday", "thursday"];

const TOOL_NAMES = [
  ...["say", "look", "count", "wait", "speak"],
  ...["ask_form", "ask_url", "ask_model", "ask_roots", "interview", "locked"],
];

/** What a fixture of features has and what happened to it, whatever SDK serves it. */
export class FeatureWorld {
  readonly journal = new Journal();
  readonly tools: Listed[] = TOOL_NAMES.map(tool);
  readonly prompts: Listed[] = [prompt("greet")];
  readonly resources: ListedResource[] = [
    { uri: TODAY, name: "today", mimeType: "text/plain" },
    { uri: MANUAL, name: "manual", mimeType: "text/plain" },
  ];
  readonly templates = [{ uriTemplate: DAY_TEMPLATE, name: "day", mimeType: "text/plain" }];
  /** States that were given away with a question, and what was known by then. */
  readonly states = new Map<string, Record<string, unknown>>();
  /** Keys of `locked` that were refused once. */
  readonly unlocked = new Set<string>();
  /** How often today's note was changed. */
  version = 1;

  /** Adds a tool, a prompt and a resource of this name. */
  grow(name: string): void {
    this.tools.push(tool(name));
    this.prompts.push(prompt(name));
    this.resources.push({ uri: `notes://${name}`, name, mimeType: "text/plain" });
  }

  /** The text of a resource; `null` for one that it does not have. */
  read(uri: string): string | null {
    if (uri === TODAY) return `today, version ${this.version}`;
    if (uri === MANUAL) return "the manual, page 2";
    const day = /^notes:\/\/day\/(\w+)$/.exec(uri)?.[1];
    if (day !== undefined) return `the notes of ${day}`;
    return this.resources.some((known) => known.uri === uri) ? `about ${uri}` : null;
  }

  /** What a prompt says to this person: a line, and the note of the day. */
  greet(name: string) {
    const resource = { uri: TODAY, mimeType: "text/plain", text: this.read(TODAY) ?? "" };
    return {
      messages: [
        { role: "user" as const, content: { type: "text" as const, text: `Greet ${name}` } },
        { role: "user" as const, content: { type: "resource" as const, resource } },
      ],
    };
  }

  /** Values for an argument of the prompt or the template; none for anything else. */
  complete(ref: { name?: string; uri?: string }, value: string): string[] {
    if (ref.name === "greet") return NAMES.filter((name) => name.startsWith(value));
    if (ref.uri === DAY_TEMPLATE) return DAYS.filter((day) => day.startsWith(value));
    return [];
  }
}

function tool(name: string): Listed & { inputSchema: { type: "object" } } {
  return { name, description: `The tool ${name}.`, inputSchema: { type: "object" } };
}

function prompt(name: string): Listed {
  const argument = { name: "name", description: "Whom to greet.", required: true };
  return { name, description: `The prompt ${name}.`, arguments: [argument] };
}
