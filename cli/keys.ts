import type { Command } from "commander";
import { KeyReport } from "../core/secrets/key_report.ts";
import { count, formatTable } from "./output.ts";
import type { Session } from "./session.ts";
import { verb } from "./verb.ts";

/** `keys rotate`, `keys status`. */
export function addKeysVerbs(keys: Command, session: Session): void {
  verb(keys, "rotate", "seal everything again under the first master key, in the background", [
    "aerostack keys rotate",
    "aerostack keys status       (how far it is, and what to do next)",
  ]).action(() => rotate(session));

  verb(keys, "status", "say which master keys are needed, and what to do next", [
    "aerostack keys status",
  ]).action(() => status(session));
}

async function rotate(session: Session): Promise<void> {
  const api = await session.api();
  const { body, value } = await api.send({ method: "POST", path: "/keys/rotation" }, KeyReport);
  show(session, body, value);
}

async function status(session: Session): Promise<void> {
  const api = await session.api();
  const { body, value } = await api.get("/keys", KeyReport);
  show(session, body, value);
}

function show(session: Session, body: unknown, { keys, unreadable, next }: KeyReport): void {
  const titles = ["KEY", "STATE", "LOADED", "SEALED", "CAN BE REMOVED"];
  const rows = keys.map((key) => [
    key.id,
    key.isPrimary ? "seals" : key.state,
    key.isLoaded ? "yes" : "no",
    key.sealed,
    key.isRemovable ? "yes" : "no",
  ]);
  const lost = unreadable.length === 0
    ? []
    : [`${count(unreadable.length, "record")} cannot be opened:`, ...unreadable.map(indent)];
  session.show(body, [formatTable(titles, rows), "", ...lost, ...next].join("\n"));
}

function indent(line: string): string {
  return `  ${line}`;
}
