import { z } from "zod";
import type { Actor } from "../../../../../../core/audit/actor.ts";
import { refusal } from "../../../../../../core/errors.ts";
import { checkRules } from "../../../../../../core/secrets/injection_rule.ts";
import { isLongEnough, MIN_SCANNED_CHARS } from "../../../../../../core/secrets/secret.ts";
import { setSecret } from "../../../../../../core/secrets/set_secret.ts";
import {
  type ConnectionFinding,
  findingOf,
} from "../../../../../../core/servers/connection_finding.ts";
import {
  Credential,
  ruleOf,
  secretNameOf,
} from "../../../../../../core/servers/connection_trial.ts";
import { registerServer } from "../../../../../../core/servers/register_server.ts";
import { type Server, ServerInput } from "../../../../../../core/servers/server.ts";
import type { TestReport } from "../../../../../../core/servers/test_report.ts";
import type { Services } from "../../../../../../core/services.ts";
import { Slug } from "../../../../../../core/slug.ts";
import { askDefinitions } from "../../../../../../core/upstream/ask_definitions.ts";
import { slugFrom } from "../../../../../../browser/slug_from.ts";
import { intent } from "../../../../(_http)/answer_form.ts";
import { optional } from "../../../../(_http)/form_input.ts";

/** For how long whoever adds a server waits to hear how it answers. */
const FIRST_TEST_MS = 5_000;

const CREDENTIAL_FIELDS = {
  header: Credential.shape.header,
  scheme: Credential.shape.scheme,
  value: optional(Credential.shape.value),
};

/** What the form sends that adds a server. */
export const AddFields = z.strictObject({
  name: ServerInput.shape.name,
  slug: optional(Slug),
  url: ServerInput.shape.url,
  protocol: ServerInput.shape.protocol,
  ...CREDENTIAL_FIELDS,
});

/** What of it a test needs. */
export const TestFields = AddFields.pick({ url: true, protocol: true }).extend(CREDENTIAL_FIELDS)
  .strip();

/** What is shown once of a form that was sent to test. */
export interface Tested {
  finding: ConnectionFinding;
}

/** Tries the server that was typed, and shows what it found beside what was typed. */
export const testTyped = intent(
  "admin",
  TestFields,
  async ({ url, protocol, ...rest }, { services, admin, ctx }) => {
    const credential = credentialOf(rest);
    const input = { url, protocol, credential };
    const report = await services.trials.run(admin, input, ctx.req.signal);
    const finding = findingOf(report, { hasCredential: credential !== undefined });
    return { shown: { finding }, keepsTyped: true };
  },
);

/** Registers the server, with its key where one was typed, and says how it answers. */
export const addServer = intent(
  "admin",
  AddFields,
  async ({ name, slug, url, protocol, ...rest }, { services, by }) => {
    const credential = credentialOf(rest);
    if (credential !== undefined) checkCredential(credential);
    const input = { name, slug: slug ?? slugOf(name), url, protocol };
    const server = await registerServer(services, by, input);
    if (credential !== undefined) await keepCredential(services, by, server, credential);

    const report = await firstTest(services, server);
    const isLocked = report?.stage === "auth";
    return {
      to: `/servers/${server.slug}${isLocked ? "/secrets" : ""}`,
      notice: { text: noticeOf(server, report, credential !== undefined) },
    };
  },
);

function credentialOf(
  { header, scheme, value }: { header: string; scheme: "bearer" | "plain"; value?: string },
): Credential | undefined {
  return value === undefined ? undefined : { header, scheme, value };
}

/** The slug that was left to the name. */
function slugOf(name: string): string {
  const slug = slugFrom(name);
  if (slug !== "") return slug;
  throw refusal("invalid_input", "Fill this in: the name has no letters to make it from.", "slug");
}

/** Before anything is stored, so that no server is added without the key that came with it. */
function checkCredential(credential: Credential): void {
  const { value } = credential;
  const rules = [ruleOf(credential)];
  checkRules({ rules, value, others: [], fields: { rules: () => "header", value: "value" } });
  if (isLongEnough({ value })) return;
  throw refusal(
    "invalid_input",
    `It has fewer than ${MIN_SCANNED_CHARS} characters, so it could not be looked for in what the ` +
      "server sends back. Add the server without it; on its page of secrets a short one can be set.",
    "value",
  );
}

async function keepCredential(
  services: Services,
  by: Actor,
  { slug }: Server,
  credential: Credential,
): Promise<void> {
  const input = { value: credential.value, rules: [ruleOf(credential)] };
  await setSecret(services, by, slug, secretNameOf(credential), input);
}

/** How a server answers right now, and its tools; `null` where that takes too long to wait for. */
async function firstTest(services: Services, server: Server): Promise<TestReport | null> {
  const signal = AbortSignal.timeout(FIRST_TEST_MS);
  try {
    return (await askDefinitions(services, server, signal)).report;
  } catch {
    return null;
  }
}

function noticeOf({ name }: Server, report: TestReport | null, hasSecret: boolean): string {
  if (report === null) return `${name} was added. It has not answered yet.`;
  if (report.stage === "auth") {
    return hasSecret
      ? `${name} was added, but it refuses its key: check it here.`
      : `${name} was added. It wants credentials: set its secret here.`;
  }
  const { title } = findingOf(report, { hasCredential: hasSecret });
  return report.ok ? `${name} was added. ${title}` : `${name} was added, but: ${title}`;
}
