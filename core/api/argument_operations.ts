import { BODY_ERRORS, type Operation } from "./operation.ts";

/** Operations on the arguments of calls, which are kept where an owner wants it. */
export const ARGUMENT_OPERATIONS: readonly Operation[] = [
  {
    method: "PUT",
    path: "/workspaces/{slug}/argument-logging",
    role: "owner",
    summary: "Keep the arguments of calls, redacted and sealed, from the next call on",
    body: "ArgumentLoggingInput",
    isBodyOptional: true,
    answers: { 200: "WorkspaceView" },
    errors: [...BODY_ERRORS, "not_found", "conflict"],
  },
  {
    method: "DELETE",
    path: "/workspaces/{slug}/argument-logging",
    role: "owner",
    summary: "Keep no arguments from the next call on; those that are kept stay for their time",
    answers: { 200: "WorkspaceView" },
    errors: ["not_found", "conflict"],
  },
  {
    method: "DELETE",
    path: "/workspaces/{slug}/arguments",
    role: "owner",
    summary: "Make all arguments that were kept unreadable for good, at once",
    answers: { 204: null },
    errors: ["not_found", "conflict"],
  },
  {
    method: "GET",
    path: "/workspaces/{slug}/calls/{call}",
    role: "viewer",
    summary: "The record of one call, by the id that lists give it",
    answers: { 200: "CallView" },
    errors: ["not_found"],
  },
  {
    method: "GET",
    path: "/workspaces/{slug}/calls/{call}/arguments",
    role: "owner",
    summary: "Read the arguments of a call; each reading is an entry of the audit log",
    answers: { 200: "CallArguments" },
    errors: ["not_found", "conflict"],
  },
];
