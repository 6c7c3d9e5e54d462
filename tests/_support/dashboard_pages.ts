import { PAGE_RULES } from "../../routes/(pages)/(_http)/page_rules.ts";
import type { DashboardWorld } from "./dashboard_world.ts";

/** A page of the dashboard with something on it. */
export interface ShownPage {
  /** For file names: `servers-issues-secrets`. */
  name: string;
  path: string;
  /** Who looks at it. */
  as: "owner" | "member" | "nobody";
  status: number;
}

/** What is shown where there is nothing, or where somebody may not be. */
const ERRORS: readonly ShownPage[] = [
  { name: "not-found", path: "/servers/no-such-server", as: "owner", status: 404 },
  { name: "not-found-nobody", path: "/no-such-page", as: "nobody", status: 404 },
];

/** Which of several things of a kind is shown. */
function partsOf({ ids }: DashboardWorld): Record<string, string> {
  return {
    "/auth/link/:code": "/auth/link/a-link-that-was-cut-off",
    "/servers/:slug": "/servers/issues",
    "/workspaces/:slug": "/workspaces/backend",
    "/members/:email": "/members/alice@example.com",
    "/calls/:workspace/:call": `/calls/backend/${ids.call}`,
    "/settings/webhooks/:webhook": `/settings/webhooks/${ids.webhook}`,
    "/settings/deliveries/:id": `/settings/deliveries/${ids.delivery}`,
    "/settings/sinks/:sink": `/settings/sinks/${ids.sink}`,
    ":server": "warehouse",
    ":token": ids.token,
  };
}

/** Answers that are no page for people: streams, files, and ways on to another page. */
const NO_PAGES: readonly string[] = [
  "/audit/export",
  "/auth/callback",
  "/auth/sign-in",
  "/calls/export",
  "/live",
  "/palette",
];

/** Every page that can be looked at, by the one table of pages; what is missing is an error. */
export function dashboardPages(world: DashboardWorld): ShownPage[] {
  const parts = partsOf(world);
  const pages = Object.entries(PAGE_RULES).flatMap(([pattern, { GET }]): ShownPage[] => {
    if (GET === undefined || NO_PAGES.includes(pattern)) return [];
    let path = pattern;
    for (const [part, value] of Object.entries(parts)) path = path.replace(part, value);
    if (path.includes(":")) throw new Error(`Cannot show ${pattern}: say of what, in ${path}`);
    const isOpen = GET === "anyone";
    const name = path === "/" ? "overview" : pattern.slice(1).replaceAll(/[/:]+/g, "-");
    const as = /^\/me(\/|$)/.test(pattern) ? "member" : isOpen ? "nobody" : "owner";
    return [{ name, path, as, status: 200 }];
  });
  return [...pages, ...ERRORS];
}
