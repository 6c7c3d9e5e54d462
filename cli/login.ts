import type { Command } from "commander";
import { Status } from "../core/api/answers.ts";
import { ApiClient } from "./api_client.ts";
import {
  checkGatewayUrl,
  checkToken,
  envUrl,
  removeCredentials,
  writeCredentials,
} from "./credentials.ts";
import { wrongUsage } from "./cli_error.ts";
import { readSelf } from "./me.ts";
import { formatDetails } from "./output.ts";
import type { Session } from "./session.ts";
import { verb } from "./verb.ts";

interface LoginOptions {
  url?: string;
  token?: string;
  stdin?: boolean;
}

/** `login`, `logout`, `status`. */
export function addLoginVerbs(program: Command, session: Session): void {
  verb(program, "login", "check a token and keep it for later commands", [
    "aerostack login --url https://mcp.example.com            (asks, without showing it)",
    "aerostack login --url https://mcp.example.com --token aat_…",
    "aerostack login --url https://mcp.example.com --token mwt_…   (a member, for aerostack me)",
    "aerostack login --url https://mcp.example.com --stdin < token.txt",
  ])
    .option("--url <url>", "address of the gateway (default: AEROSTACK_URL)")
    .option("--token <token>", "an admin's token, or a member's own")
    .option("--stdin", "read the token from the standard input")
    .action((options: LoginOptions) => login(session, options));

  verb(program, "logout", "forget the token that login keeps", ["aerostack logout"])
    .action(() => logout(session));

  verb(program, "status", "show the gateway and who you are there", [
    "aerostack status",
    "aerostack whoami --json",
  ]).alias("whoami").action(() => status(session));
}

async function login(session: Session, options: LoginOptions): Promise<void> {
  const { terminal } = session;
  const url = options.url === undefined ? envUrl(terminal) : checkGatewayUrl(options.url, "--url");
  if (url === undefined) throw wrongUsage("Name the gateway: aerostack login --url <url>");

  const token = await readToken(session, options);
  const { body, name } = await whoIs(new ApiClient({ url, token }, terminal.fetch));
  const path = await writeCredentials(terminal, { url, token });

  session.show(body, `Logged in to ${url} as ${name}; kept in ${path}`);
  if (isOpenHttp(url)) {
    session.warn(`${url} is not encrypted: others on the way can read the token. Use https.`);
  }
}

/** Who the token of an account belongs to, an admin or a member. */
async function whoIs(api: ApiClient): Promise<{ body: unknown; name: string }> {
  if (api.isMembers) {
    const { body, value: { name, workspace } } = await readSelf(api);
    return { body, name: `${name}, a member of ${workspace.slug}` };
  }
  const { body, value } = await api.get("/status", Status);
  return { body, name: value.admin.name };
}

async function readToken(session: Session, { token, stdin }: LoginOptions): Promise<string> {
  if (token !== undefined && stdin) throw wrongUsage("Give --token or --stdin, not both.");
  if (token !== undefined) return checkToken(token, "--token");
  const typed = stdin
    ? await session.terminal.readAll()
    : await session.askHidden("Token (not shown): ", "add --token <token> or --stdin");
  return checkToken(typed, "What was read");
}

/** Whether a token would cross a network in the clear. */
function isOpenHttp(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}

async function logout(session: Session): Promise<void> {
  const url = await removeCredentials(session.terminal);
  session.show(
    { removed: url },
    url === null ? "There was no login to forget." : `Logged out of ${url}`.trimEnd(),
  );
}

async function status(session: Session): Promise<void> {
  const api = await session.api();
  if (api.isMembers) {
    const { body, value: { name, workspace, logsArguments } } = await readSelf(api);
    return session.show(
      body,
      formatDetails([
        ["Gateway", api.url],
        ["Signed in as", `${name}, a member of ${workspace.slug}`],
        ["Arguments", logsArguments ? "of your calls are kept, without secrets" : "are not kept"],
      ]),
    );
  }
  const answer = await api.get("/status", Status);

  const { version, publicUrl, admin } = answer.value;
  session.show(
    answer.body,
    formatDetails([
      ["Gateway", api.url],
      ["Version", version],
      ["Public URL", publicUrl],
      ["Signed in as", `${admin.name} (${admin.kind}, ${admin.role})`],
    ]),
  );
}
