import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { Child, type ChildPlan } from "./child.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Variables of the person's own that would lead the demo to another gateway or store. */
const FOREIGN = /^(AEROSTACK_|DENO_KV_|GITHUB_CLIENT_)|^(HOST|PORT|NOTES_API_KEY)$/;

/** The two servers of the demo, and what an admin knows about them. */
export class Stage implements AsyncDisposable {
  /** What the notes server wants to see; only the admin and the gateway have it. */
  readonly apiKey = `sk-demo-${randomText()}`;
  readonly adminToken = randomText() + randomText();
  readonly folder = Deno.makeTempDirSync({ prefix: "aerostack-demo-" });
  #children: Child[] = [];

  /** Starts the notes server; gives its address. */
  startNotes(): Promise<string> {
    return this.#start({
      title: "The notes server",
      args: [
        "run",
        ...["--allow-net", "--allow-env=NOTES_API_KEY"],
        ...["examples/notes_server.ts", "--port", "0"],
      ],
      env: { NOTES_API_KEY: this.apiKey },
      ready: /Notes server at (http:\S+)/,
    });
  }

  /** Starts a gateway on an empty store; gives its address. */
  startGateway(): Promise<string> {
    return this.#start({
      title: "The gateway",
      args: ["run", "-A", "tasks/start.ts"],
      env: {
        AEROSTACK_DATA_DIR: join(this.folder, "data"),
        AEROSTACK_ADMIN_TOKEN: this.adminToken,
        AEROSTACK_ALLOW_PRIVATE_UPSTREAMS: "1",
        PORT: "0",
      },
      ready: /listens on (http:\S+)/,
    });
  }

  /** Resolves when one of the servers has ended. */
  get someoneLeft(): Promise<void> {
    return Promise.race(this.#children.map((child) => child.ended));
  }

  /** What a server printed so far. */
  linesOf(title: string): readonly string[] {
    return this.#children.find((child) => child.title === title)?.lines ?? [];
  }

  /** What both servers printed so far. */
  get allLines(): readonly string[] {
    return this.#children.flatMap((child) => child.lines);
  }

  /** The last lines of every server, to see why something failed. */
  lastWords(): string {
    return this.#children
      .map(({ title, lines }) => [`${title} printed last:`, ...lines.slice(-15)].join("\n  "))
      .join("\n");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children.toReversed()) await child[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }

  #start(plan: Omit<ChildPlan, "cwd">): Promise<string> {
    const env = { ...ownEnvironment(), NO_COLOR: "1", ...plan.env };
    const child = new Child({ ...plan, cwd: ROOT, env });
    this.#children.push(child);
    return child.untilReady();
  }
}

/** The person's variables, without those that belong to another gateway. */
export function ownEnvironment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(Deno.env.toObject()).filter(([name]) => !FOREIGN.test(name)),
  );
}

function randomText(): string {
  return crypto.randomUUID().replaceAll("-", "");
}
