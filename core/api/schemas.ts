import type { z } from "zod";
import { AdminTokenInput, AdminTokenView, CreatedAdminToken } from "../admins/admin.ts";
import { AnalyticsReport } from "../analytics/report.ts";
import { RebuildInput, RecountReport } from "../analytics/recount.ts";
import { ArgumentLoggingInput } from "../arguments/argument_logging.ts";
import { CallArguments } from "../arguments/call_arguments.ts";
import { AuditEntryView } from "../audit/audit_entry.ts";
import { AuditVerification } from "../audit/verify_audit.ts";
import { CallView } from "../calls/call.ts";
import { Event } from "../events/event.ts";
import {
  DefinitionChangeView,
  ReviewInput,
  ReviewReport,
} from "../definitions/definition_change.ts";
import { KeyReport } from "../secrets/key_report.ts";
import { MemberSecretInput } from "../members/member_secret.ts";
import { SelfView } from "../members/self.ts";
import { InjectionChange, SecretInput, SecretView } from "../secrets/secret.ts";
import { MemberView, Offboarding } from "../members/member.ts";
import { ServerChange, ServerInput, ServerView } from "../servers/server.ts";
import { TestReport } from "../servers/test_report.ts";
import { SinkChange, SinkInput, SinkTestReport, SinkView } from "../sinks/sink.ts";
import { CreatedToken, TokenChange, TokenInput, TokenView } from "../tokens/token.ts";
import { DeliveryView, ResendReport } from "../webhooks/delivery.ts";
import {
  CreatedWebhook,
  RotationInput,
  WebhookChange,
  WebhookInput,
  WebhookTestReport,
  WebhookView,
} from "../webhooks/webhook.ts";
import {
  InstallInput,
  WorkspaceChange,
  WorkspaceInput,
  WorkspaceView,
} from "../workspaces/workspace.ts";
import { listOf, Status } from "./answers.ts";
import { ErrorBody } from "./error_body.ts";

/** What requests carry, by the name in the document. */
export const INPUTS = {
  AdminTokenInput,
  ArgumentLoggingInput,
  InjectionChange,
  InstallInput,
  ReviewInput,
  MemberSecretInput,
  RebuildInput,
  RotationInput,
  SecretInput,
  ServerChange,
  ServerInput,
  SinkChange,
  SinkInput,
  TokenChange,
  TokenInput,
  WebhookChange,
  WebhookInput,
  WorkspaceChange,
  WorkspaceInput,
} satisfies Record<string, z.ZodType>;

/** What answers carry, by the name in the document. */
export const OUTPUTS = {
  AdminTokenList: listOf(AdminTokenView),
  AnalyticsReport,
  AuditList: listOf(AuditEntryView),
  AuditVerification,
  CallArguments,
  CallList: listOf(CallView),
  CallView,
  CreatedAdminToken,
  CreatedToken,
  CreatedWebhook,
  DeliveryList: listOf(DeliveryView),
  DeliveryView,
  DefinitionChangeList: listOf(DefinitionChangeView),
  Error: ErrorBody,
  EventList: listOf(Event),
  ResendReport,
  ReviewReport,
  MemberList: listOf(MemberView),
  MemberView,
  Offboarding,
  KeyReport,
  RecountReport,
  SecretList: listOf(SecretView),
  SecretView,
  SelfView,
  ServerList: listOf(ServerView),
  ServerView,
  SinkList: listOf(SinkView),
  SinkTestReport,
  SinkView,
  Status,
  TestReport,
  TokenList: listOf(TokenView),
  TokenView,
  WebhookList: listOf(WebhookView),
  WebhookTestReport,
  WebhookView,
  WorkspaceList: listOf(WorkspaceView),
  WorkspaceView,
} satisfies Record<string, z.ZodType>;

export type InputName = keyof typeof INPUTS;
export type OutputName = keyof typeof OUTPUTS;
