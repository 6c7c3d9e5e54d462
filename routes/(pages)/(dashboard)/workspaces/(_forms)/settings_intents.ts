import {
  keepArguments,
  purgeArguments,
  stopKeepingArguments,
} from "../../../../../core/arguments/change_argument_logging.ts";
import { countCalls } from "../../../../../core/analytics/count_calls.ts";
import { counted } from "../../../../../core/calls/spoken_figures.ts";
import { retentionStart } from "../../../../../core/calls/retention.ts";
import { refusal } from "../../../../../core/errors.ts";
import type { Services } from "../../../../../core/services.ts";
import {
  disableWorkspace,
  enableWorkspace,
} from "../../../../../core/workspaces/disable_workspace.ts";
import { findWorkspace } from "../../../../../core/workspaces/find_workspace.ts";
import { removeWorkspace } from "../../../../../core/workspaces/remove_workspace.ts";
import { updateWorkspace } from "../../../../../core/workspaces/update_workspace.ts";
import type { Workspace } from "../../../../../core/workspaces/workspace.ts";
import { z } from "zod";
import { intent } from "../../../(_http)/answer_form.ts";
import { confirmed, ConfirmFields } from "../../../(_http)/confirmed.ts";
import { Checked } from "../../../(_http)/form_input.ts";
import { countAgain } from "./count_again.ts";
import {
  ArgumentFields,
  LimitsFields,
  NameField,
  NoFields,
  RetentionFields,
} from "./workspace_fields.ts";

/** What the settings of a workspace do. */
export function settingsIntents(slug: string) {
  const path = `/workspaces/${slug}/settings`;
  const undoBy = (fields: Record<string, string>) => ({ path, fields });
  return {
    ...changes(slug, path, undoBy),
    ...argumentIntents(slug, path, undoBy),
    "count-again": countAgain(slug, path),

    disable: intent("admin", NoFields, async (_, { services, by }) => {
      const { name } = await disableWorkspace(services, by, slug);
      const text = `${name} is disabled: every token of it is refused.`;
      return { to: path, notice: { text, undo: undoBy({ intent: "enable" }) } };
    }),

    enable: intent("admin", NoFields, async (_, { services, by }) => {
      const { name } = await enableWorkspace(services, by, slug);
      const text = `${name} is open again, for the tokens that it had.`;
      return { to: path, notice: { text, undo: undoBy({ intent: "disable" }) } };
    }),

    remove: intent("admin", RemoveFields, async ({ force, ...fields }, { services, by }) => {
      confirmed(slug, fields);
      const workspace = await findWorkspace(services, slug);
      if (!force) await refuseWhileUsed(services, workspace);
      await removeWorkspace(services, by, slug, { force });
      return { to: "/workspaces", notice: { text: `${workspace.name} is removed.` } };
    }),
  };
}

const RemoveFields = ConfirmFields.extend({ force: Checked });

type UndoBy = (fields: Record<string, string>) => { path: string; fields: Record<string, string> };

function changes(slug: string, path: string, undoBy: UndoBy) {
  return {
    rename: intent("admin", z.object({ name: NameField }), async ({ name }, { services, by }) => {
      const before = await findWorkspace(services, slug);
      await updateWorkspace(services, by, slug, { name });
      const undo = undoBy({ intent: "rename", name: before.name });
      return { to: path, notice: { text: `Its name is ${name} now.`, undo } };
    }),

    limits: intent("admin", LimitsFields, async ({ limits }, { services, by }) => {
      const before = await findWorkspace(services, slug);
      await updateWorkspace(services, by, slug, { limits });
      const fields = Object.entries(before.limits)
        .map(([name, limit]) => [`limits.${name}`, String(limit ?? "")]);
      const undo = undoBy({ intent: "limits", ...Object.fromEntries(fields) });
      return { to: path, notice: { text: "Its limits hold from the next call on.", undo } };
    }),

    retention: intent("admin", RetentionFields, async (input, { services, by }) => {
      const { retentionDays, confirm } = input;
      const before = await findWorkspace(services, slug);
      if (retentionDays < before.retentionDays) {
        await refuseUnconfirmed(services, before, { retentionDays, confirm });
      }
      await updateWorkspace(services, by, slug, { retentionDays });
      const undo = undoBy({
        intent: "retention",
        retentionDays: String(before.retentionDays),
        confirm: slug,
      });
      const text = `Its calls are kept for ${counted(retentionDays, "day")}.`;
      return { to: path, notice: { text, undo } };
    }),
  };
}

function argumentIntents(slug: string, path: string, undoBy: UndoBy) {
  return {
    "keep-arguments": intent("owner", ArgumentFields, async (input, { services, by }) => {
      const { logArguments: before } = await findWorkspace(services, slug);
      await keepArguments(services, by, slug, input);
      const undo = before === null ? undoBy({ intent: "stop-arguments" }) : undoBy({
        intent: "keep-arguments",
        maxBytes: String(before.maxBytes),
        redact: before.redact.join("\n"),
      });
      const text = "Arguments of calls are kept from the next call on.";
      return { to: path, notice: { text, undo } };
    }),

    "stop-arguments": intent("owner", NoFields, async (_, { services, by }) => {
      const { logArguments: before } = await findWorkspace(services, slug);
      await stopKeepingArguments(services, by, slug);
      const text = "No arguments are kept from the next call on. What is kept stays for its time.";
      if (before === null) return { to: path, notice: { text } };
      const undo = undoBy({
        intent: "keep-arguments",
        maxBytes: String(before.maxBytes),
        redact: before.redact.join("\n"),
      });
      return { to: path, notice: { text, undo } };
    }),

    "purge-arguments": intent("owner", ConfirmFields, async (fields, { services, by }) => {
      confirmed(slug, fields);
      await purgeArguments(services, by, slug);
      return { to: path, notice: { text: "Nobody can read the arguments that were kept." } };
    }),
  };
}

/** Says what a shorter time deletes, until the slug is typed. */
async function refuseUnconfirmed(
  services: Services,
  workspace: Workspace,
  { retentionDays, confirm }: { retentionDays: number; confirm: string | undefined },
): Promise<void> {
  if (confirm === workspace.slug) return;
  const now = services.now();
  const deleted = await countCalls(services, workspace.id, {
    from: retentionStart(workspace, now),
    to: retentionStart({ retentionDays }, now),
  });
  const sentence = `Calls older than ${counted(retentionDays, "day")} are deleted for good: ` +
    `${counted(deleted, "call")} today. Type ${workspace.slug} to confirm; nothing was changed.`;
  throw refusal("invalid_input", sentence, "confirm");
}

/** The same as the command line says, in words of a page. */
async function refuseWhileUsed(services: Services, { id, name }: Workspace): Promise<void> {
  const [{ activeTokens }] = await services.workspaceSummaries.read([id], services.now());
  if (activeTokens === 0) return;
  throw refusal(
    "in_use",
    `${name} has ${counted(activeTokens, "active token")}. Revoke them first, or check that they ` +
      "go with it.",
    "force",
  );
}
