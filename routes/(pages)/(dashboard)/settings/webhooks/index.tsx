import { page } from "fresh";
import { isAtLeast } from "../../../../../core/admins/role.ts";
import { viewWebhook } from "../../../../../core/webhooks/view_webhook.ts";
import { MAX_WEBHOOKS, type WebhookView } from "../../../../../core/webhooks/webhook.ts";
import { define } from "../../../../../define.ts";
import Card from "../../../(_components)/Card.tsx";
import EmptyState from "../../../(_components)/EmptyState.tsx";
import Title from "../../(_components)/Title.tsx";
import SettingsFrame from "../../(_components)/SettingsFrame.tsx";
import WebhookState from "../(_components)/WebhookState.tsx";
import { KIND_WORDS } from "../(_components)/WebhookFields.tsx";

export const handler = define.handlers({
  async GET({ state: { services } }) {
    const webhooks = await services.webhooks.list();
    return page({
      webhooks: await Promise.all(webhooks.map((one) => viewWebhook(services, one))),
    });
  },
});

export default define.page<typeof handler>(({ data: { webhooks }, state: { admin } }) => {
  const mayAdd = admin !== null && isAtLeast(admin.role, "admin") &&
    webhooks.length < MAX_WEBHOOKS;
  return (
    <SettingsFrame
      admin={admin}
      current="/settings/webhooks"
      lead="Where alerts are sent: revocations, leaks, changed tools, servers that fail."
      actions={mayAdd && webhooks.length > 0 &&
        <a class="button" href="/add/webhook">Add a webhook</a>}
    >
      {webhooks.length === 0
        ? (
          <section class="card">
            <EmptyState
              title="No webhooks yet"
              action={mayAdd ? { title: "Add a webhook", path: "/add/webhook" } : undefined}
            >
              <p>
                A webhook tells a chat, a pager or a script at once when a token is revoked, a
                secret leaks, a tool changes or a server stops answering.
              </p>
            </EmptyState>
          </section>
        )
        : (
          <Card id="webhooks" title="Webhooks" count={String(webhooks.length)}>
            <table>
              <thead>
                <tr>
                  <th scope="col">Webhook</th>
                  <th scope="col">State</th>
                  <th scope="col">Alerts</th>
                  <th scope="col">Workspaces</th>
                  <th scope="col" class="number">Waiting</th>
                  <th scope="col" class="number">Given up</th>
                </tr>
              </thead>
              <tbody data-live="webhooks">
                {webhooks.map((webhook) => <Row key={webhook.id} webhook={webhook} />)}
              </tbody>
            </table>
          </Card>
        )}
    </SettingsFrame>
  );
});

function Row({ webhook }: { webhook: WebhookView }) {
  const { id, name, url, kinds, workspaces, disabled, pending, dead } = webhook;
  return (
    <tr class={disabled === null ? undefined : "over"}>
      <td data-label="Webhook">
        <a class="row-link" href={`/settings/webhooks/${id}`}>
          <Title name={name} detail={url} />
        </a>
      </td>
      <td data-label="State">
        <WebhookState webhook={webhook} />
      </td>
      <td data-label="Alerts" class="wide text">
        {kinds === null ? "all" : kinds.map((kind) => KIND_WORDS[kind]).join(", ")}
      </td>
      <td data-label="Workspaces" class="text">{workspaces?.join(", ") ?? "all"}</td>
      <td data-label="Waiting" class="number">{pending}</td>
      <td data-label="Given up" class="number">{dead === 100 ? "100+" : dead}</td>
    </tr>
  );
}
