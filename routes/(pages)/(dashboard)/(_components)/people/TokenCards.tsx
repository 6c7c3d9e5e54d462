import type { LastCall } from "../../../../../core/overview/overview.ts";
import type { TokenView } from "../../../../../core/tokens/token.ts";
import Card from "../../../(_components)/Card.tsx";
import Facts from "../../../(_components)/Facts.tsx";
import Form, { Actions } from "../../../(_components)/Form.tsx";
import RelativeTime from "../../../(_components)/RelativeTime.tsx";
import { formOf, type FormState } from "../../../(_http)/form_state.ts";
import PolicyFieldset from "../PolicyFieldset.tsx";
import ExpiryCell from "./ExpiryCell.tsx";
import LastCallCell from "./LastCallCell.tsx";
import LimitFieldset from "./LimitFieldset.tsx";
import TokenBadge from "./TokenBadge.tsx";
import TokenRules from "./TokenRules.tsx";

interface TokenCardsProps {
  slug: string;
  token: TokenView;
  lastCall: LastCall;
  form: FormState | null;
  mayChange: boolean;
  now: string;
}

/** One token: what is known of it, what it may use, and its end. */
export default function TokenCards(props: TokenCardsProps) {
  const { slug, token, lastCall, form, mayChange, now } = props;
  const isActive = token.status === "active";
  return (
    <>
      <Card id="token" title={`Token of ${token.name}`}>
        <Facts facts={factsOf(token, lastCall, slug, now)} />
      </Card>
      <Card id="rules" title="What it may use">
        {isActive && mayChange
          ? <RulesForm token={token} form={formOf(form, "change")} />
          : <TokenRules token={token} />}
      </Card>
      {token.status !== "revoked" && mayChange && <RevokeCard token={token} form={form} />}
    </>
  );
}

function factsOf(token: TokenView, lastCall: LastCall, slug: string, now: string) {
  const { id, visibleStart, email, createdAt, expiresAt, revokedAt } = token;
  const calls = `/calls?${new URLSearchParams({ workspace: slug, member: id })}`;
  return [
    ["Status", <TokenBadge key="status" status={token.status} />],
    ["Starts with", <code key="start">{visibleStart}…</code>],
    [
      "E-mail",
      email === null
        ? <span key="email" class="quiet">none was given</span>
        : <a key="email" href={`/members/${encodeURIComponent(email)}`}>{email}</a>,
    ],
    ["Created", <RelativeTime key="created" at={createdAt} now={now} />],
    revokedAt === null
      ? ["Expires", <ExpiryCell key="expires" expiresAt={expiresAt} now={now} />]
      : ["Revoked", <RelativeTime key="revoked" at={revokedAt} now={now} />],
    [
      "Last call",
      <span key="last">
        <LastCallCell lastCall={lastCall} now={now} /> · <a href={calls}>its calls</a>
      </span>,
    ],
    ["Id", <code key="id">{id}</code>],
  ] as const satisfies Parameters<typeof Facts>[0]["facts"];
}

function RulesForm({ token, form }: { token: TokenView; form: FormState }) {
  return (
    <Form form={form} label="What it may use">
      <p class="hint">
        Beside the policy of each install. It holds from the next call on; a pattern may name a
        server's tool as <code>server__tool</code>.
      </p>
      <PolicyFieldset form={form} name="policy" first={token.policy} />
      <LimitFieldset form={form} first={token.limits} />
      <Actions submit="Save" />
    </Form>
  );
}

function RevokeCard({ token, form }: { token: TokenView; form: FormState | null }) {
  const { name, visibleStart } = token;
  const own = formOf(form, "revoke");
  return (
    <Card id="revoke" title="Revoke">
      <p class="lead">
        {name}{" "}
        is refused from the next request on, on every process; streams that are open end. This
        cannot be taken back, but another token can be created.
      </p>
      <details class="confirm" open={own.problem !== null}>
        <summary class="button danger">Revoke this token…</summary>
        <div class="confirm-body">
          <p>
            <code>{visibleStart}…</code> of {name} will never work again.
          </p>
          <Form form={own} label="Revoke this token">
            <Actions submit="Revoke it now" kind="danger" />
          </Form>
        </div>
      </details>
    </Card>
  );
}
