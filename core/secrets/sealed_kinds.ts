import type { z } from "zod";
import { ArgumentKey, argumentKeyContext } from "../arguments/argument_key.ts";
import { gitHubTokenContext } from "../admins/seal_github_token.ts";
import { Session } from "../admins/session.ts";
import { prefixes } from "../kv/keys.ts";
import type { SealContext, Sealed } from "./seal.ts";
import { MemberSecret } from "../members/member_secret.ts";
import { memberSecretContext } from "../members/seal_member_secret.ts";
import { secretContext } from "./seal_secret.ts";
import { SealedSecret } from "./secret.ts";
import { Sink } from "../sinks/sink.ts";
import { headersContext } from "../sinks/sink_headers.ts";
import { webhookSecretContext } from "../webhooks/seal_webhook_secret.ts";
import { EarlierSecret, Webhook } from "../webhooks/webhook.ts";

/**
 * A kind of record that holds something sealed.
 *
 * Whoever stores one calls `holdSealingKey()`.
 */
export interface SealedKind {
  /** Where all its records are. */
  prefix: Deno.KvKey;
  /** What is sealed in a record, or that nothing is, or that the record is damaged. */
  read(value: unknown): SealedContent | "empty" | "damaged";
}

/** What is sealed in a record. */
export interface SealedContent {
  sealed: Sealed;
  context: SealContext;
  /** What an admin knows it by; never anything of what is in it. */
  label: string;
  /** When the whole record is over; `null` for never. */
  expiresAt: string | null;
  /** The whole record with something else sealed in it. */
  with(sealed: Sealed): unknown;
}

/** Every kind of sealed record: what is not in here is lost when its master key goes. */
export const SEALED_KINDS: readonly SealedKind[] = [
  kind(prefixes.allSecrets, SealedSecret, (secret) => ({
    context: secretContext(secret),
    label: `secret "${secret.name}" of server ${secret.serverId}`,
  })),
  kind(prefixes.allMemberSecrets, MemberSecret, (own) => ({
    context: memberSecretContext(own),
    label: `a member's secret ${own.secretId} of server ${own.serverId}`,
  })),
  kind(prefixes.sinks, Sink, (sink) => ({
    context: headersContext(sink),
    label: `headers of sink ${sink.id}`,
  })),
  kind(prefixes.webhooks, Webhook, ({ id, name, secretVersion }) => ({
    context: webhookSecretContext({ webhookId: id, secretVersion }),
    label: `signing secret of webhook "${name}"`,
  })),
  kind(prefixes.webhookEarlierSecrets, EarlierSecret, (earlier) => ({
    context: webhookSecretContext(earlier),
    label: `earlier signing secret of webhook ${earlier.webhookId}`,
  })),
  kind(prefixes.argumentKeys, ArgumentKey, (key) => ({
    context: argumentKeyContext(key),
    label: `the key of arguments of workspace ${key.workspaceId}`,
  })),
  kind(prefixes.adminSessions, Session, (session) => ({
    context: gitHubTokenContext(session),
    label: `access token of the session ${session.id}`,
    expiresAt: session.expiresAt,
  })),
];

function kind<Record extends { sealed: Sealed | null }>(
  prefix: Deno.KvKey,
  schema: z.ZodType<Record>,
  about: (record: Record) => Pick<SealedContent, "context" | "label"> & { expiresAt?: string },
): SealedKind {
  return {
    prefix,
    read(value) {
      const { data: record } = schema.safeParse(value);
      if (record === undefined) return "damaged";
      const { sealed } = record;
      if (sealed === null) return "empty";
      const { expiresAt = null, ...what } = about(record);
      return { ...what, expiresAt, sealed, with: (other) => ({ ...record, sealed: other }) };
    },
  };
}
