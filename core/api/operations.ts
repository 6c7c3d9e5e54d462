import type { z } from "zod";
import type { ErrorCode } from "../errors.ts";
import { AnalyticsParams, ForceParams, PageParams } from "./queries.ts";
import type { InputName, OutputName } from "./schemas.ts";

/** One thing that the admin API can do, as its document describes it. */
export interface Operation {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With `{name}` for what is given in the path. */
  path: string;
  summary: string;
  query?: z.ZodObject;
  body?: InputName;
  /** Status of each good answer, with what it carries. */
  answers: { [status: number]: OutputName | null };
  /** What may go wrong, besides `unauthorized` and `internal`. */
  errors: readonly ErrorCode[];
}

const BODY_ERRORS = [
  "bad_request",
  "invalid_input",
  "too_large",
  "unsupported_media_type",
] as const;

/** Every operation of the admin API. */
export const OPERATIONS: readonly Operation[] = [
  {
    method: "GET",
    path: "/status",
    summary: "What this gateway is, and as whom it knows you",
    answers: { 200: "Status" },
    errors: [],
  },

  {
    method: "GET",
    path: "/servers",
    summary: "List the servers, by slug",
    query: PageParams,
    answers: { 200: "ServerList" },
    errors: ["invalid_input"],
  },
  {
    method: "POST",
    path: "/servers",
    summary: "Register an upstream MCP server",
    body: "ServerInput",
    answers: { 201: "ServerView" },
    errors: [...BODY_ERRORS, "slug_taken", "limit_reached"],
  },
  {
    method: "GET",
    path: "/servers/{slug}",
    summary: "Show a server",
    answers: { 200: "ServerView" },
    errors: ["not_found"],
  },
  {
    method: "PATCH",
    path: "/servers/{slug}",
    summary: "Change a server's name, URL, or how it is called",
    body: "ServerChange",
    answers: { 200: "ServerView" },
    errors: [...BODY_ERRORS, "not_found", "conflict"],
  },
  {
    method: "DELETE",
    path: "/servers/{slug}",
    summary: "Remove a server with its secrets",
    query: ForceParams,
    answers: { 204: null },
    errors: ["invalid_input", "not_found", "in_use", "conflict"],
  },
  {
    method: "POST",
    path: "/servers/{slug}/test",
    summary: "Connect to a server as the gateway would, and report",
    answers: { 200: "TestReport" },
    errors: ["not_found"],
  },

  {
    method: "GET",
    path: "/servers/{slug}/secrets",
    summary: "List a server's secrets, never their values",
    answers: { 200: "SecretList" },
    errors: ["not_found"],
  },
  {
    method: "PUT",
    path: "/servers/{slug}/secrets/{name}",
    summary: "Store a secret's value; 201 when the name is new",
    body: "SecretInput",
    answers: { 200: "SecretView", 201: "SecretView" },
    errors: [...BODY_ERRORS, "not_found", "conflict", "limit_reached"],
  },
  {
    method: "PATCH",
    path: "/servers/{slug}/secrets/{name}",
    summary: "Change how a secret reaches its server",
    body: "InjectionChange",
    answers: { 200: "SecretView" },
    errors: [...BODY_ERRORS, "not_found", "conflict"],
  },
  {
    method: "DELETE",
    path: "/servers/{slug}/secrets/{name}",
    summary: "Remove a secret",
    query: ForceParams,
    answers: { 204: null },
    errors: ["invalid_input", "not_found", "in_use", "conflict"],
  },

  {
    method: "GET",
    path: "/workspaces",
    summary: "List the workspaces, by slug",
    query: PageParams,
    answers: { 200: "WorkspaceList" },
    errors: ["invalid_input"],
  },
  {
    method: "POST",
    path: "/workspaces",
    summary: "Create a workspace",
    body: "WorkspaceInput",
    answers: { 201: "WorkspaceView" },
    errors: [...BODY_ERRORS, "slug_taken", "limit_reached"],
  },
  {
    method: "GET",
    path: "/workspaces/{slug}",
    summary: "Show a workspace with its servers",
    answers: { 200: "WorkspaceView" },
    errors: ["not_found"],
  },
  {
    method: "DELETE",
    path: "/workspaces/{slug}",
    summary: "Remove a workspace with its installs and tokens",
    query: ForceParams,
    answers: { 204: null },
    errors: ["invalid_input", "not_found", "in_use", "conflict"],
  },
  {
    method: "PUT",
    path: "/workspaces/{slug}/servers/{server}",
    summary: "Install a server; 201 when it was not there",
    answers: { 200: "WorkspaceView", 201: "WorkspaceView" },
    errors: ["not_found", "conflict", "limit_reached"],
  },
  {
    method: "DELETE",
    path: "/workspaces/{slug}/servers/{server}",
    summary: "Uninstall a server",
    answers: { 204: null },
    errors: ["not_found", "conflict"],
  },
  {
    method: "GET",
    path: "/workspaces/{slug}/tokens",
    summary: "List the tokens of a workspace",
    query: PageParams,
    answers: { 200: "TokenList" },
    errors: ["invalid_input", "not_found"],
  },
  {
    method: "POST",
    path: "/workspaces/{slug}/tokens",
    summary: "Give a person a token; its text is in this answer only",
    body: "TokenInput",
    answers: { 201: "CreatedToken" },
    errors: [...BODY_ERRORS, "not_found", "conflict", "limit_reached"],
  },
  {
    method: "DELETE",
    path: "/workspaces/{slug}/tokens/{token}",
    summary: "Revoke the token of an id or visible start, from the next call on",
    answers: { 200: "TokenView" },
    errors: ["not_found", "conflict"],
  },
  {
    method: "GET",
    path: "/workspaces/{slug}/analytics",
    summary: "Who called which tool how often, in a period such as 24h or 7d",
    query: AnalyticsParams,
    answers: { 200: "AnalyticsReport" },
    errors: ["invalid_input", "not_found"],
  },
  {
    method: "GET",
    path: "/workspaces/{slug}/calls",
    summary: "The calls of a workspace, newest first",
    query: PageParams,
    answers: { 200: "CallList" },
    errors: ["invalid_input", "not_found"],
  },

  {
    method: "GET",
    path: "/admin-tokens",
    summary: "List the admins' tokens",
    query: PageParams,
    answers: { 200: "AdminTokenList" },
    errors: ["invalid_input"],
  },
  {
    method: "POST",
    path: "/admin-tokens",
    summary: "Make a token for the CLI; its text is in this answer only",
    body: "AdminTokenInput",
    answers: { 201: "CreatedAdminToken" },
    errors: [...BODY_ERRORS, "limit_reached"],
  },
  {
    method: "DELETE",
    path: "/admin-tokens/{id}",
    summary: "Remove an admin's token, from the next request on",
    answers: { 204: null },
    errors: ["not_found", "conflict"],
  },
];
