import { THE_GATEWAY } from "../core/audit/actor.ts";
import type { Services } from "../core/services.ts";
import type { Stopping } from "../stop_on_signal.ts";
import { sayToTerminal } from "./say_to_terminal.ts";

/**
 * Says where the dashboard is and, on an empty store, how to sign in once. Never rejects: a
 * process that serves goes on serving, and one that is told to end meanwhile ends as any other.
 */
export async function announce(
  services: Pick<Services, "config" | "workspaces" | "admins" | "now" | "log">,
  stopping: Pick<Stopping, "isStopping">,
): Promise<void> {
  const { publicUrl } = services.config;
  console.log(`Aerostack Gateway listens on ${publicUrl}`);
  try {
    const code = await firstSignIn(services);
    if (code === null) return;
    sayToTerminal(
      `Sign in to the dashboard (works once, for an hour): ${publicUrl}/auth/link/${code}`,
    );
  } catch (error) {
    if (stopping.isStopping) return;
    services.log(
      `Cannot see whether somebody can sign in already (${error}); ` +
        "make a link with: deno task sign-in",
    );
  }
}

/** The code of a link, where nobody has used this gateway yet. */
async function firstSignIn(
  { workspaces, admins, now }: Pick<Services, "workspaces" | "admins" | "now">,
): Promise<string | null> {
  const { items } = await workspaces.list({ limit: 1, cursor: null });
  const tokens = await admins.tokens.list({ limit: 1, cursor: null });
  if (items.length > 0 || tokens.items.length > 0) return null;
  return await admins.sessions.createSignInLink(THE_GATEWAY, now());
}
