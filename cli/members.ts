import type { Command } from "commander";
import { type MemberToken, MemberView, Offboarding } from "../core/members/member.ts";
import { apiPath } from "./api_path.ts";
import { count, formatTable } from "./output.ts";
import type { Session } from "./session.ts";
import { relativeTime } from "./times.ts";
import { verb } from "./verb.ts";

/** `member list`, `show`, `offboard`. */
export function addMemberVerbs(member: Command, session: Session): void {
  verb(member, "list", "list the people who have tokens", ["aerostack member list"])
    .action(() => list(session));

  verb(member, "show <email>", "show where a person has access", [
    "aerostack member show alice@example.com",
  ]).action((email: string) => show(session, email));

  verb(member, "offboard <email>", "end a person's access to every workspace, all at once", [
    "aerostack member offboard alice@example.com",
  ]).action((email: string) => offboard(session, email));
}

async function list(session: Session): Promise<void> {
  const api = await session.api();
  const answer = await api.list("/members", MemberView);

  const rows = answer.value.map(({ email, tokens }) => [
    email,
    unique(tokens.map(({ name }) => name)).join(", ") || "-",
    unique(tokens.map(({ workspace }) => workspace)).join(", ") || "-",
    tokens.length,
  ]);
  session.show(
    answer.body,
    rows.length > 0
      ? formatTable(["EMAIL", "NAME", "WORKSPACES", "TOKENS"], rows)
      : "Nobody has a token with an e-mail address. Give one: " +
        'aerostack workspace token create <workspace> --name "Alice Chen" --email alice@example.com',
  );
}

async function show(session: Session, email: string): Promise<void> {
  const api = await session.api();
  const answer = await api.get(apiPath`/members/${email}`, MemberView);
  const { tokens } = answer.value;
  session.show(
    answer.body,
    tokens.length > 0
      ? table(session, tokens)
      : `${answer.value.email} has no access any more: every token is revoked. Secrets of their ` +
        `own that are left are removed by: aerostack member offboard ${answer.value.email}`,
  );
}

async function offboard(session: Session, email: string): Promise<void> {
  const path = apiPath`/members/${email}/offboard`;
  const api = await session.api();
  const answer = await api.send({ method: "POST", path }, Offboarding);
  const { revoked, secretsRemoved } = answer.value;
  const secrets = secretsRemoved === 0 ? "" : count(secretsRemoved, "secret") + " of their own";
  if (revoked.length === 0) {
    const rest = secrets === "" ? "nothing was changed" : `${secrets} removed`;
    return session.show(answer.body, `${answer.value.email} had no access; ${rest}.`);
  }

  const workspaces = unique(revoked.map(({ workspace }) => workspace));
  session.show(
    answer.body,
    `Offboarded ${answer.value.email}: ${count(revoked.length, "token")} in ` +
      `${count(workspaces.length, "workspace")} revoked${
        secrets === "" ? "" : `, ${secrets} removed`
      }, open streams and sessions have ended.\n\n` +
      table(session, revoked),
  );
}

function table(session: Session, tokens: readonly MemberToken[]): string {
  const now = session.terminal.now();
  return formatTable(
    ["WORKSPACE", "ID", "STARTS WITH", "NAME", "ENDS", "CREATED"],
    tokens.map(({ workspace, id, visibleStart, name, expiresAt, createdAt }) => [
      workspace,
      id,
      visibleStart,
      name,
      expiresAt === null ? "never" : relativeTime(expiresAt, now),
      relativeTime(createdAt, now),
    ]),
  );
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
