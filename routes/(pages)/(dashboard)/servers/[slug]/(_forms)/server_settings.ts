import { z } from "zod";
import { refusal } from "../../../../../../core/errors.ts";
import {
  type ConnectionFinding,
  findingOf,
} from "../../../../../../core/servers/connection_finding.ts";
import { disableServer, enableServer } from "../../../../../../core/servers/disable_server.ts";
import { findServer } from "../../../../../../core/servers/find_server.ts";
import { removeServer } from "../../../../../../core/servers/remove_server.ts";
import { type Server, ServerInput } from "../../../../../../core/servers/server.ts";
import { Timeouts } from "../../../../../../core/servers/timeouts.ts";
import { updateServer } from "../../../../../../core/servers/update_server.ts";
import { testServer } from "../../../../../../core/upstream/test_server.ts";
import { intent } from "../../../../(_http)/answer_form.ts";
import { confirmed, ConfirmFields } from "../../../../(_http)/confirmed.ts";
import { Lines, numeric } from "../../../../(_http)/form_input.ts";

const { connectSeconds, firstByteSeconds, idleSeconds, totalSeconds } = Timeouts.shape;
const { name, url, protocol, maxConcurrent, forwardHeaders, onLeak } = ServerInput.shape;

/** What the form of a server's settings sends: all of them. */
export const SaveFields = z.strictObject({
  name,
  url,
  protocol: protocol.unwrap(),
  timeouts: z.strictObject({
    connectSeconds: numeric(connectSeconds),
    firstByteSeconds: numericOrNone(firstByteSeconds),
    idleSeconds: numericOrNone(idleSeconds),
    totalSeconds: numeric(totalSeconds),
  }),
  maxConcurrent: numeric(maxConcurrent.unwrap()),
  forwardHeaders: Lines.pipe(forwardHeaders.unwrap()),
  onLeak: onLeak.unwrap(),
});

/** A number, or `null` where the field was left empty. */
function numericOrNone<Schema extends z.ZodType>(schema: Schema) {
  return z.preprocess((value) => value === "" ? null : value, numeric(schema));
}

/** The form sends `force` empty as well, so that what is wrong with it can stand at its field. */
const RemoveFields = ConfirmFields.extend({
  force: z.string().default("").transform((value) => value === "on"),
});

const NoFields = z.strictObject({});

/** What is shown once of a page that was sent to test. */
export interface Tested {
  finding: ConnectionFinding;
}

/** The settings as their form has them, to put them back. */
export function settingsFields(server: Server): Record<string, string> {
  const { timeouts } = server;
  return {
    name: server.name,
    url: server.externalUrl,
    protocol: server.protocol,
    "timeouts.connectSeconds": String(timeouts.connectSeconds),
    "timeouts.firstByteSeconds": String(timeouts.firstByteSeconds ?? ""),
    "timeouts.idleSeconds": String(timeouts.idleSeconds ?? ""),
    "timeouts.totalSeconds": String(timeouts.totalSeconds),
    maxConcurrent: String(server.maxConcurrent),
    forwardHeaders: server.forwardHeaders.join("\n"),
    onLeak: server.onLeak,
  };
}

/** What the page of a server's settings does. */
export const SERVER_SETTINGS = {
  save: intent<typeof SaveFields, Tested>("admin", SaveFields, async (input, form) => {
    const { services, by, ctx: { params: { slug } } } = form;
    const before = await findServer(services, slug);
    const after = await updateServer(services, by, slug, input);
    const to = `/servers/${slug}/settings`;
    if (after.updatedAt === before.updatedAt) return { to, notice: { text: "Nothing changed." } };

    const undo = { path: to, fields: { intent: "save", ...settingsFields(before) } };
    return { to, notice: { text: `The settings of ${after.name} were saved.`, undo } };
  }),

  test: intent<typeof NoFields, Tested>("admin", NoFields, async (_input, { services, ctx }) => {
    const server = await findServer(services, ctx.params.slug);
    const report = await testServer(services, server, ctx.req.signal);
    const hasCredential = (await services.secrets.list(server.id)).length > 0;
    return { shown: { finding: findingOf(report, { hasCredential }) } };
  }),

  disable: intent<typeof NoFields, Tested>("admin", NoFields, async (_input, form) => {
    const { services, by, ctx: { params: { slug } } } = form;
    const { name } = await disableServer(services, by, slug, "admin");
    const to = `/servers/${slug}/settings`;
    const text = `${name} is disabled: nobody can call it, and calls that ran there were cut.`;
    return { to, notice: { text, undo: { path: to, fields: { intent: "enable" } } } };
  }),

  enable: intent<typeof NoFields, Tested>("admin", NoFields, async (_input, form) => {
    const { services, by, ctx: { params: { slug } } } = form;
    const { name } = await enableServer(services, by, slug);
    const to = `/servers/${slug}/settings`;
    const text = `${name} may be called again.`;
    return { to, notice: { text, undo: { path: to, fields: { intent: "disable" } } } };
  }),

  remove: intent<typeof RemoveFields, Tested>("admin", RemoveFields, async (input, form) => {
    const { services, by, ctx: { params: { slug } } } = form;
    const server = await findServer(services, slug);
    confirmed(slug, input);
    const usedBy = await services.installs.listByServer(server.id);
    if (usedBy.length > 0 && !input.force) throw stillInstalled(usedBy.length);
    await removeServer(services, by, slug, { force: input.force });
    return { to: "/servers", notice: { text: `${server.name} and its secrets were removed.` } };
  }),
};

function stillInstalled(count: number): Error {
  const where = count === 1 ? "a workspace" : `${count} workspaces`;
  return refusal(
    "in_use",
    `It is installed in ${where}: uninstall it there, or check this to take it out there too.`,
    "force",
  );
}
