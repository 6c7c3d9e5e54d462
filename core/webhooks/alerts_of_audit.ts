import type { AuditEntry } from "../audit/audit_entry.ts";
import { TokenId, WorkspaceId } from "../ids.ts";
import type { Alert, PlacedAlert } from "./alert.ts";

type Drafted = Pick<PlacedAlert, "alert" | "workspaceIds">;
type Draft = (entry: AuditEntry) => Drafted | null;

/** What is worth an alert, by the action of its entry. */
const DRAFTS: Record<string, Draft> = {
  "token.revoke": tokenRevoked,
  "member.offboard": memberOffboarded,
  "workspace.remove": workspaceRemoved,
  "admin_token.remove": adminTokenRemoved,
};

/** The alert that an entry of the audit log is worth, or `null`. */
export function alertOfEntry(entry: AuditEntry): PlacedAlert | null {
  const draft = DRAFTS[entry.action];
  const drafted = draft === undefined ? null : draft(entry);
  return drafted === null ? null : { id: `msg_audit_${entry.seq}`, ...drafted };
}

function tokenRevoked(entry: AuditEntry): Drafted | null {
  const { workspace, workspaceId, token, person } = entry.subject;
  const [id, tokenId] = [WorkspaceId.safeParse(workspaceId), TokenId.safeParse(token)];
  if (!id.success || !tokenId.success) return null;
  return {
    alert: revoked(entry, {
      reason: "revoked",
      person: person ?? null,
      workspace: { id: id.data, slug: workspace ?? id.data },
      tokenIds: [tokenId.data],
      count: 1,
    }),
    workspaceIds: [id.data],
  };
}

/** One for the person, however many tokens it were. */
function memberOffboarded(entry: AuditEntry): Drafted | null {
  const { tokens, count, workspaces } = entry.changes;
  const total = Number(count?.before ?? 0);
  if (total === 0) return null;
  return {
    alert: revoked(entry, {
      reason: "offboarded",
      person: entry.subject.member ?? null,
      workspace: null,
      tokenIds: listed(tokens?.before).flatMap((id) => TokenId.safeParse(id).data ?? []),
      count: total,
    }),
    workspaceIds: listed(workspaces?.before).flatMap((id) => WorkspaceId.safeParse(id).data ?? []),
  };
}

function workspaceRemoved(entry: AuditEntry): Drafted | null {
  const { workspace, workspaceId } = entry.subject;
  const id = WorkspaceId.safeParse(workspaceId);
  if (!id.success) return null;
  return {
    alert: revoked(entry, {
      reason: "workspace_removed",
      person: null,
      workspace: { id: id.data, slug: workspace ?? id.data },
      tokenIds: [],
      count: null,
    }),
    workspaceIds: [id.data],
  };
}

function adminTokenRemoved(entry: AuditEntry): Drafted {
  const { adminToken = "", name = "" } = entry.subject;
  return {
    alert: {
      type: "admin_token.revoked",
      timestamp: entry.at,
      data: { id: adminToken, name, by: by(entry) },
    },
    workspaceIds: null,
  };
}

type TokenRevoked = Extract<Alert, { type: "token.revoked" }>["data"];

function revoked(entry: AuditEntry, data: Omit<TokenRevoked, "by">): Alert {
  return {
    type: "token.revoked",
    timestamp: entry.at,
    data: { ...data, by: by(entry) },
  };
}

function by({ actor }: AuditEntry) {
  return { name: actor.name, kind: actor.kind, via: actor.via };
}

function listed(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
