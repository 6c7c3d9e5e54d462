import type { Admin } from "../../../../core/admins/admin.ts";
import { fuzzyScore } from "../../../../core/overview/fuzzy_score.ts";
import type { Named } from "../../../../core/overview/name_index.ts";
import { mainPagesFor } from "../../(_http)/page_list.ts";
import { mayDo, mayOpen } from "../../(_http)/page_rules.ts";

/** Where the palette leads. */
export interface Place {
  kind: "page" | "action" | "server" | "workspace" | "member";
  title: string;
  /** What tells it from others of its name: a slug. */
  detail: string | null;
  /** What is pressed to go there. */
  keys: string | null;
  path: string;
}

/** The most places that one search gives. */
export const MAX_PLACES = 20;

/** Pages that lie below those of the side bar, by the route of each. */
const MORE_PAGES: readonly { path: string; title: string; more?: string }[] = [
  { path: "/events", title: "Events" },
  { path: "/settings/admins", title: "Settings: Admins", more: "owners viewers roles" },
  { path: "/settings/tokens", title: "Settings: CLI tokens", more: "aat admin" },
  { path: "/settings/keys", title: "Settings: Master keys", more: "rotation" },
  { path: "/settings/limits", title: "Settings: Limits" },
  { path: "/settings/webhooks", title: "Settings: Webhooks", more: "alerts" },
  { path: "/settings/sinks", title: "Settings: Sinks", more: "siem otlp logs" },
];

const ADD_PAGES = [
  { path: "/add/server", title: "Add External MCP", more: "new server" },
  { path: "/add/workspace", title: "Add workspace", more: "new create" },
  { path: "/add/webhook", title: "Add webhook", more: "new alert" },
  { path: "/add/sink", title: "Add sink", more: "new siem otlp" },
];

/** What of things of a kind comes first where they fit as well as others. */
const RANK: Record<Place["kind"], number> = {
  page: 5,
  action: 4,
  server: 3,
  workspace: 2,
  member: 1,
};

/** What can be done with a thing fits less than the thing itself. */
const OF_A_THING = 0.5;

interface Candidate extends Place {
  /** Other words that lead there. */
  more: string;
  weight: number;
}

/** A page that nothing more is said of. */
const PLACE = { kind: "page", detail: null, keys: null, more: "", weight: 1 } as const;

/** The places that fit what was typed best, of those that this admin may open. */
export function findPlaces(admin: Admin, query: string, names: readonly Named[]): Place[] {
  const isEmpty = query.trim() === "";
  const candidates = [
    ...pages(admin, isEmpty),
    ...names.flatMap((named) => placesOf(admin, named, isEmpty)),
  ];
  return candidates.map((place) => ({ place, score: scoreOf(query, place) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || RANK[b.place.kind] - RANK[a.place.kind])
    .slice(0, MAX_PLACES)
    .map(({ place: { kind, title, detail, keys, path } }) => ({ kind, title, detail, keys, path }));
}

function pages(admin: Admin, isEmpty: boolean): Candidate[] {
  const may = ({ path }: { path: string }) => mayOpen(admin, path);
  const main = mainPagesFor(admin)
    .map(({ path, title, key }) => ({ ...PLACE, title, path, keys: `g ${key}` }));
  const adding = ADD_PAGES.filter(may).map((one) => ({
    ...PLACE,
    ...one,
    kind: "action" as const,
  }));
  const more = isEmpty ? [] : MORE_PAGES.filter(may).map((one) => ({ ...PLACE, ...one }));
  return [...main, ...adding, ...more];
}

function placesOf(admin: Admin, { kind, name, key }: Named, isEmpty: boolean): Candidate[] {
  const path = `/${kind}s/${encodeURIComponent(key)}`;
  const route = kind === "member" ? "/members/:email" : `/${kind}s/:slug`;
  const itself = { ...PLACE, kind, detail: name === key ? null : key };
  const places: Candidate[] = mayOpen(admin, route) ? [{ ...itself, title: name, path }] : [];
  if (isEmpty || kind !== "workspace") return places;

  const action = { ...itself, kind: "action" as const, weight: OF_A_THING };
  if (mayDo(admin, "POST", `${route}/tokens/new`)) {
    places.push({ ...action, title: `Create token in ${name}`, path: `${path}/tokens/new` });
  }
  if (mayOpen(admin, `${route}/connect`)) {
    places.push({ ...action, title: `Connect to ${name}`, path: `${path}/connect` });
  }
  if (mayOpen(admin, "/playground")) {
    const query = new URLSearchParams({ workspace: key });
    places.push({ ...action, title: `Try tools of ${name}`, path: `/playground?${query}` });
  }
  return places;
}

function scoreOf(query: string, { title, detail, more, weight }: Candidate): number {
  const best = Math.max(fuzzyScore(query, title), detail === null ? 0 : fuzzyScore(query, detail));
  // Words of title, slug and the rest together may be what was typed.
  const all = 0.8 * fuzzyScore(query, `${title} ${detail ?? ""} ${more}`);
  return weight * Math.max(best, all);
}
