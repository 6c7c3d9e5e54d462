import { z } from "zod";
import { readForm } from "../../../../core/api/read_form.ts";
import { asGatewayError } from "../../../../core/errors.ts";
import { removeMemberSecret, setMemberSecret } from "../../../../core/members/set_member_secret.ts";
import { parseInput } from "../../../../core/api/parse_input.ts";
import { SecretName, SecretValue } from "../../../../core/secrets/secret.ts";
import type { Services } from "../../../../core/services.ts";
import { authenticateMember } from "../../../../core/tokens/authenticate_member.ts";
import type { Token } from "../../../../core/tokens/token.ts";
import { Checked } from "../../(_http)/form_input.ts";
import type { FormState } from "../../(_http)/form_state.ts";
import { refuseShort } from "../../(_http)/short_values.ts";

const SignInFields = z.object({ token: z.string() });

/** What the forms of a secret send. */
const SecretFields = z.object({
  intent: z.enum(["set", "remove"]),
  server: z.string(),
  name: SecretName,
  value: z.string().default(""),
  allowShort: Checked,
});

const OwnValue = z.object({ value: SecretValue, allowShort: z.boolean() });

/** What was wrong with a form. */
export interface Problem {
  form: FormState;
  status: number;
}

/** Said for every token that opens nothing, whatever the reason. */
const NO_TOKEN =
  "This token opens nothing: check that it is all of it, or ask an admin for a new one.";

/** Which of the page's forms is about this secret. */
export function secretForm(server: string, name: string): string {
  return `${server}/${name}`;
}

/** Whose token was given to sign in with. */
export async function submitToken(
  services: Services,
  request: Request,
  address: string | null,
): Promise<{ token: Token } | { problem: Problem }> {
  const form = emptyForm("sign-in", "");
  try {
    const { token: text } = await readForm(request, SignInFields);
    const token = await authenticateMember(services, `Bearer ${text.trim()}`, address);
    if (token !== null) return { token };
    return { problem: { form: { ...form, problems: { token: NO_TOKEN } }, status: 401 } };
  } catch (thrown) {
    return { problem: problemOf(thrown, form) };
  }
}

/** Sets or removes a secret of a member, and gives what is said of it or was wrong. */
export async function submitOwnSecret(
  services: Services,
  request: Request,
  token: Token,
): Promise<{ done: string } | { problem: Problem }> {
  let form = emptyForm("", "");
  try {
    const { intent, server, name, value, allowShort } = await readForm(request, SecretFields);
    form = emptyForm(intent, secretForm(server, name));
    const ref = { token, via: "page" as const, server, name };
    if (intent === "remove") {
      await removeMemberSecret(services, ref);
      return { done: `Your ${name} of ${server} is removed.` };
    }
    form.values = allowShort ? { allowShort: ["on"] } : {};
    const given = parseInput(OwnValue, { value, allowShort });
    refuseShort(given);
    await setMemberSecret(services, ref, given);
    return { done: `Your ${name} of ${server} is set, from your next call on.` };
  } catch (thrown) {
    return { problem: problemOf(thrown, form) };
  }
}

function emptyForm(intent: string, of: string): FormState {
  return { intent, of, values: {}, problems: {}, problem: null };
}

/** Throws on what is nobody's mistake. */
function problemOf(thrown: unknown, form: FormState): Problem {
  const { status, field, publicMessage } = asGatewayError(thrown);
  if (status >= 500) throw thrown;
  const isAtValue = field === "value" && form.intent === "set";
  const said = isAtValue ? { problems: { value: publicMessage } } : { problem: publicMessage };
  return { form: { ...form, ...said }, status };
}
