import type { Admin } from "../../../core/admins/admin.ts";
import type { IconName } from "../(_components)/Icon.tsx";
import { mayOpen } from "./page_rules.ts";

/** A page that all others lead to. */
export interface MainPage {
  path: string;
  title: string;
  icon: IconName;
  /** What is pressed after `g` to go there. */
  key: string;
}

/** The pages of the side bar. */
export const MAIN_PAGES: readonly MainPage[] = [
  { path: "/", title: "Overview", icon: "overview", key: "o" },
  { path: "/servers", title: "MCP Servers", icon: "servers", key: "s" },
  { path: "/workspaces", title: "Workspaces", icon: "workspaces", key: "w" },
  { path: "/members", title: "Members", icon: "members", key: "m" },
  { path: "/analytics", title: "Analytics", icon: "analytics", key: "a" },
  { path: "/calls", title: "Calls", icon: "calls", key: "c" },
  { path: "/audit", title: "Audit", icon: "audit", key: "u" },
  { path: "/playground", title: "Playground", icon: "playground", key: "p" },
  { path: "/settings", title: "Settings", icon: "settings", key: "t" },
];

/** The pages of the side bar that this admin may open. */
export function mainPagesFor(admin: Admin | null): MainPage[] {
  return MAIN_PAGES.filter(({ path }) => mayOpen(admin, path));
}
