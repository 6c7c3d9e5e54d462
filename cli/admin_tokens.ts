import { type Command, Option } from "commander";
import { AdminTokenView, CreatedAdminToken } from "../core/admins/admin.ts";
import { Role } from "../core/admins/role.ts";
import { apiPath } from "./api_path.ts";
import { formatTable } from "./output.ts";
import type { Session } from "./session.ts";
import { parseExpiry, relativeTime } from "./times.ts";
import { verb } from "./verb.ts";

interface CreateOptions {
  name: string;
  role?: Role;
  expires?: string;
}

/** What whoever has a token can do, by its role. */
const POWERS: Record<Role, string> = {
  viewer: "It sees calls, lists and the audit log, and changes nothing.",
  admin: "It can do everything but manage admins and master keys.",
  owner: "It can do everything.",
};

/** `admin token create`, `list`, `revoke`. */
export function addAdminTokenVerbs(token: Command, session: Session): void {
  verb(token, "create", "make an admin's token; it is shown once", [
    'aerostack admin token create --name "Bob Lee"',
    'aerostack admin token create --name "Deploy job" --expires 90d',
    'aerostack admin token create --name "Auditor" --role viewer --expires 30d',
  ])
    .requiredOption("--name <name>", "whose it is, or what for")
    .addOption(
      new Option("--role <role>", "what it may do (default: admin)").choices(Role.options),
    )
    .option("--expires <when>", "90d, 12h, 2w, or a date (until its end, UTC)")
    .action((options: CreateOptions) => create(session, options));

  verb(token, "list", "list the admins' tokens", ["aerostack admin token list"])
    .action(() => list(session));

  verb(token, "revoke <id>", "revoke an admin's token", [
    "aerostack admin token revoke adm_0123456789abcdefghij",
  ]).action((id: string) => revoke(session, id));
}

async function create(session: Session, { name, role, expires }: CreateOptions): Promise<void> {
  const now = session.terminal.now();
  const expiresAt = expires === undefined ? undefined : parseExpiry(expires, now);
  const body = { name, role, expiresAt };

  const api = await session.api();
  const answer = await api.send({ method: "POST", path: "/admin-tokens", body }, CreatedAdminToken);

  const { token, id, role: given } = answer.value;
  session.show(
    answer.body,
    [
      `Admin token of ${name}:`,
      `\n  ${token}\n`,
      `It will not be shown again. ${POWERS[given]} To use it:`,
      `  aerostack login --url ${api.url}`,
      "To revoke it:",
      `  aerostack admin token revoke ${id}`,
    ].join("\n"),
  );
}

async function list(session: Session): Promise<void> {
  const api = await session.api();
  const answer = await api.list("/admin-tokens", AdminTokenView);

  const now = session.terminal.now();
  const rows = answer.value.map((token) => [
    token.id,
    token.visibleStart,
    token.name,
    token.role,
    token.expiresAt === null ? "never" : relativeTime(token.expiresAt, now),
    relativeTime(token.createdAt, now),
  ]);
  session.show(
    answer.body,
    rows.length > 0
      ? formatTable(["ID", "STARTS WITH", "NAME", "ROLE", "ENDS", "CREATED"], rows)
      : 'No admin tokens yet. Make one: aerostack admin token create --name "Bob Lee"',
  );
}

async function revoke(session: Session, id: string): Promise<void> {
  const path = apiPath`/admin-tokens/${id}`;
  const api = await session.api();
  await api.remove(path);
  session.show({ removed: id }, `Revoked ${id}; it works no more.`);
}
