import { AnalyticsReport } from "../../core/analytics/report.ts";
import { editorConfig } from "../../core/connect/editor_config.ts";
import { type Editor, EDITOR_PLACES, spokenFiles } from "../../core/connect/editor.ts";
import { aerostack } from "./aerostack.ts";
import type { Findings } from "./findings.ts";
import { Member, type Membership } from "./member.ts";
import type { Stage } from "./stage.ts";

/** The member's token with the id to revoke it by. */
interface Issued extends Membership {
  tokenId: string;
}

/** Runs the command against the gateway of the demo. */
type Run = (
  words: readonly string[],
  more?: { stdin?: string; quiet?: boolean },
) => Promise<string>;

/** The main job, from a server that wants a key to a call on the record. */
export async function walkThrough(stage: Stage, findings: Findings, once: boolean): Promise<void> {
  heading("A server that wants an API key, and a gateway (the first start builds it)");
  const notesUrl = await stage.startNotes();
  console.log(`  Notes server:  ${notesUrl}`);
  const gatewayUrl = await stage.startGateway();
  console.log(`  Gateway:       ${gatewayUrl}`);

  const { adminToken } = stage;
  const run: Run = (words, more) => aerostack(words, { gatewayUrl, adminToken, ...more });

  heading("An admin registers the server and stores its key");
  await register(run, notesUrl, stage.apiKey);

  heading("An admin makes a workspace and a token for Alice");
  const issued = await issueToken(run);

  heading("Alice's editor calls a tool, with her token alone");
  const member = await callAsMember(stage, findings, issued);

  heading("The call is on the record");
  await checkRecord(run, findings);

  if (once) {
    heading("Alice's token is revoked");
    await checkRevocation(run, findings, issued, member);
  }
  await member.close();
}

/** What to do with a demo that stays up. */
export function tellNextSteps(stage: Stage): void {
  heading("Your turn");
  console.log("  Put one of the mcp.json above into your editor and ask for your notes.");
  for (const line of stage.linesOf("The gateway").filter((line) => /sign in/i.test(line))) {
    console.log(`  ${line}`);
  }
  console.log("  Everything stays up until Ctrl-C.");
}

async function register(run: Run, notesUrl: string, apiKey: string): Promise<void> {
  await run(["mcp", "register", "--name", "Team notes", "--slug", "notes", "--url", notesUrl]);
  await run(["secrets", "set", "notes", "API_KEY", "--header", "X-API-Key", "--stdin"], {
    stdin: apiKey,
  });
  await run(["mcp", "test", "notes"]);
}

async function issueToken(run: Run): Promise<Issued> {
  await run(["workspace", "create", "demo"]);
  await run(["mcp", "install", "notes", "--workspace", "demo"]);
  const said = await run(["workspace", "token", "create", "demo", "--name", "Alice Chen"]);

  const [token] = /mwt_\S+/.exec(said) ?? [];
  const [tokenId] = /tok_\w+/.exec(said) ?? [];
  const [, url] = /URL: (\S+)/.exec(said) ?? [];
  if (token === undefined || tokenId === undefined || url === undefined) {
    throw new Error("workspace token create printed no token, id or URL");
  }

  for (const editor of ["vscode", "claude-code"] as const) showConfig(editor, { url, token });
  return { url, token, tokenId };
}

function showConfig(editor: Editor, membership: Membership): void {
  const place = EDITOR_PLACES[editor];
  console.log(`\n  For ${place.title}, in ${spokenFiles(place)}:`);
  console.log(editorConfig(editor, { name: "demo", ...membership }).replace(/^/gm, "  "));
}

async function callAsMember(
  stage: Stage,
  findings: Findings,
  issued: Issued,
): Promise<Member> {
  const member = await Member.connect(issued);
  const names = await member.toolNames();
  console.log(`  Tools: ${names.join(", ")}`);
  const note = { title: "Demo", text: "Kept through the gateway" };
  const result = await member.call("notes__add_note", note);
  console.log(`  notes__add_note gave ${JSON.stringify(result.structuredContent)}`);

  const key = `${stage.apiKey.slice(0, 4)}… (${stage.apiKey.length} characters)`;
  const got = `tools/call add_note with key ${key}`;
  findings.check("The tool was called", JSON.stringify(result).includes(note.text));
  findings.check(
    `The notes server got the key: "${got}"`,
    stage.linesOf("The notes server").includes(got),
  );
  const { received } = member;
  findings.check(
    `The key is nowhere in the ${received.length} characters that her editor received`,
    received.includes(note.text) && !received.includes(stage.apiKey),
  );
  findings.check(
    "Neither server wrote it to its log",
    !stage.allLines.some((line) => line.includes(stage.apiKey)),
  );
  return member;
}

async function checkRecord(run: Run, findings: Findings): Promise<void> {
  const words = ["analytics", "--workspace", "demo"];
  await run(words);

  const report = AnalyticsReport.parse(
    JSON.parse(await run([...words, "--json"], { quiet: true })),
  );
  findings.check(
    "It says who called which tool",
    report.items.some(({ user, server, tool, calls }) =>
      user === "Alice Chen" && server === "notes" && tool === "add_note" && calls === 1
    ),
  );
}

async function checkRevocation(
  run: Run,
  findings: Findings,
  { tokenId }: Issued,
  member: Member,
): Promise<void> {
  await run(["workspace", "token", "revoke", "demo", tokenId]);

  const answer = await member.call("notes__list_notes", {}).then(() => "accepted", () => "refused");
  findings.check(
    `Her next call is refused (status ${member.lastStatus})`,
    answer === "refused" && member.lastStatus === 401,
  );
}

function heading(text: string): void {
  console.log(`\n▸ ${text}`);
}
