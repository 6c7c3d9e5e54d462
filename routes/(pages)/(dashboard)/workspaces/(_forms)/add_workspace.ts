import { z } from "zod";
import { refusal } from "../../../../../core/errors.ts";
import { quote } from "../../../../../core/quote.ts";
import type { Services } from "../../../../../core/services.ts";
import { Slug } from "../../../../../core/slug.ts";
import { createWorkspace } from "../../../../../core/workspaces/create_workspace.ts";
import { MAX_SERVERS_PER_WORKSPACE } from "../../../../../core/workspaces/install_store.ts";
import { installServer } from "../../../../../core/workspaces/install_server.ts";
import { slugFrom } from "../../../../../browser/slug_from.ts";
import { intent } from "../../../(_http)/answer_form.ts";
import { optional } from "../../../(_http)/form_input.ts";
import { NameField } from "./workspace_fields.ts";

/** What the form of a new workspace sends. */
const NewWorkspace = z.object({
  name: NameField,
  slug: optional(Slug),
  servers: z.array(Slug).max(
    MAX_SERVERS_PER_WORKSPACE,
    `must be at most ${MAX_SERVERS_PER_WORKSPACE} servers`,
  ).default([]),
});

/** Creates a workspace with the servers that were chosen. */
export const ADD_WORKSPACE = {
  add: intent("admin", NewWorkspace, async ({ name, slug, servers }, { services, by }) => {
    const own = slug ?? suggestedSlug(name);
    await refuseUnknown(services, servers);
    const workspace = await createWorkspace(services, by, { name, slug: own });
    for (const server of servers) {
      await installServer(services, by, { workspace: workspace.slug, server });
    }

    const next = servers.length === 0 ? "Install its first server" : "Give its people their tokens";
    return {
      to: `/workspaces/${workspace.slug}`,
      notice: { text: `${workspace.name} is there. ${next}.` },
    };
  }),
};

function suggestedSlug(name: string): string {
  const slug = slugFrom(name);
  if (slug !== "") return slug;
  throw refusal(
    "invalid_input",
    "This name has no letters that a slug can have; write a slug, such as team-1.",
    "slug",
  );
}

/** Before anything is created: a server may have been removed since the form was shown. */
async function refuseUnknown(services: Services, slugs: readonly string[]): Promise<void> {
  const found = await Promise.all(slugs.map((slug) => services.servers.findBySlug(slug)));
  const missing = slugs.find((_, at) => found[at] === null);
  if (missing === undefined) return;
  throw refusal(
    "not_found",
    `There is no server ${quote(missing)} any more; nothing was created.`,
    "servers",
  );
}
