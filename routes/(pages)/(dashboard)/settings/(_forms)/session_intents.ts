import { z } from "zod";
import type { Admin } from "../../../../../core/admins/admin.ts";
import { endSession, endSessionsOf } from "../../../../../core/admins/end_session.ts";
import { Role } from "../../../../../core/admins/role.ts";
import { isSamePerson, type Session } from "../../../../../core/admins/session.ts";
import type { Services } from "../../../../../core/services.ts";
import { type Done, type Intent, intent } from "../../../(_http)/answer_form.ts";

const PATH = "/settings/admins";

/** A sign-in link, in the one answer that shows it. */
export interface NewSignInLink {
  name: string;
  role: Role;
  url: string;
}

const Nothing = z.strictObject({});
const LinkFields = z.strictObject({
  name: z.string().trim().min(1, "must have 1 to 100 characters")
    .max(100, "must have 1 to 100 characters"),
  role: Role,
});

/** What the page of admins does: end sessions, one's own or anybody's, and make sign-in links. */
export const SESSION_INTENTS: Record<string, Intent<NewSignInLink>> = {
  end: intent("viewer", Nothing, async (_, { services, admin, by, of: id }) => {
    const session = await endSession(services, by, { admin, id });
    return wayOn(id === admin.id, `A session of ${session.name} has ended.`);
  }),

  everywhere: intent("viewer", Nothing, async (_, { services, admin, by, of: id }) => {
    const own = await findOwn(services, admin);
    const { session, ended } = await endSessionsOf(services, by, { admin, id });
    const isOneself = own !== null && isSamePerson(own, session);
    return wayOn(isOneself, `${session.name} is signed out everywhere; sessions: ${ended}.`);
  }),

  link: intent("owner", LinkFields, async (whom, { services, by }) => {
    const { admins, config, now } = services;
    const code = await admins.sessions.createSignInLink(by, now(), whom);
    return { shown: { ...whom, url: `${config.publicUrl}/auth/link/${code}` } };
  }),
};

/** Who ended their own session sees no more of the settings. */
function wayOn(isOneself: boolean, text: string): Done<never> {
  return isOneself ? { to: "/sign-in", notice: { text } } : { to: PATH, notice: { text } };
}

async function findOwn({ admins, now }: Services, admin: Admin): Promise<Session | null> {
  const sessions = await admins.sessions.list(now());
  return sessions.find(({ id }) => id === admin.id) ?? null;
}
