import type { Operation } from "./operation.ts";
import { PageParams } from "./queries.ts";

/** Operations on people, across workspaces. */
export const MEMBER_OPERATIONS: readonly Operation[] = [
  {
    method: "GET",
    path: "/members",
    role: "viewer",
    summary: "List the people who have tokens, by e-mail address",
    query: PageParams,
    answers: { 200: "MemberList" },
    errors: ["invalid_input"],
  },
  {
    method: "GET",
    path: "/members/{email}",
    role: "viewer",
    summary: "Show where a person has access",
    answers: { 200: "MemberView" },
    errors: ["invalid_input", "not_found"],
  },
  {
    method: "POST",
    path: "/members/{email}/offboard",
    role: "admin",
    summary: "End a person's access to every workspace, all at once",
    answers: { 200: "Offboarding" },
    errors: ["invalid_input", "not_found", "conflict"],
  },
];
