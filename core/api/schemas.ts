import type { z } from "zod";
import { AdminTokenInput, AdminTokenView, CreatedAdminToken } from "../admins/admin.ts";
import { Call } from "../calls/call.ts";
import { InjectionChange, SecretInput, SecretView } from "../secrets/secret.ts";
import { ServerChange, ServerInput, ServerView } from "../servers/server.ts";
import { TestReport } from "../servers/test_report.ts";
import { CreatedToken, TokenInput, TokenView } from "../tokens/token.ts";
import { WorkspaceInput, WorkspaceView } from "../workspaces/workspace.ts";
import { AnalyticsReport, listOf, Status } from "./answers.ts";
import { ErrorBody } from "./error_body.ts";

/** What requests carry, by the name in the document. */
export const INPUTS = {
  AdminTokenInput,
  InjectionChange,
  SecretInput,
  ServerChange,
  ServerInput,
  TokenInput,
  WorkspaceInput,
} satisfies Record<string, z.ZodType>;

/** What answers carry, by the name in the document. */
export const OUTPUTS = {
  AdminTokenList: listOf(AdminTokenView),
  AnalyticsReport,
  CallList: listOf(Call),
  CreatedAdminToken,
  CreatedToken,
  Error: ErrorBody,
  SecretList: listOf(SecretView),
  SecretView,
  ServerList: listOf(ServerView),
  ServerView,
  Status,
  TestReport,
  TokenList: listOf(TokenView),
  TokenView,
  WorkspaceList: listOf(WorkspaceView),
  WorkspaceView,
} satisfies Record<string, z.ZodType>;

export type InputName = keyof typeof INPUTS;
export type OutputName = keyof typeof OUTPUTS;
