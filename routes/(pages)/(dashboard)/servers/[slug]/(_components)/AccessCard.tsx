import type { LeakEvent } from "../../../../../../core/events/event.ts";
import type { ServerView } from "../../../../../../core/servers/server.ts";
import Card from "../../../../(_components)/Card.tsx";
import Form, { Actions } from "../../../../(_components)/Form.tsx";
import RelativeTime from "../../../../(_components)/RelativeTime.tsx";
import { formOf, type FormState } from "../../../../(_http)/form_state.ts";

interface AccessCardProps {
  server: ServerView;
  form: FormState | null;
  mayChange: boolean;
  now: string;
}

/** Whether a server may be called, why not, and the way back. */
export function AccessCard({ server, form, mayChange, now }: AccessCardProps) {
  const { disabled, slug, workspaces } = server;
  const next = disabled === null ? "disable" : "enable";
  const submit = disabled === null
    ? "Disable this server"
    : disabled.reason === "leak"
    ? "Unblock this server"
    : "Enable this server";
  return (
    <Card id="access" title="Access">
      {disabled === null && (
        <p class="lead">
          Members of {workspaces.length === 1 ? "1 workspace" : `${workspaces.length} workspaces`}
          {" "}
          may call it. Disabling it keeps everybody from that at once and cuts calls that run;
          secrets and installs stay.
        </p>
      )}
      {disabled?.reason === "admin" && (
        <p class="lead">
          {disabled.by} disabled it{" "}
          <RelativeTime at={disabled.at} now={now} />. Secrets and installs are as they were.
        </p>
      )}
      {disabled?.reason === "leak" && (
        <>
          <p class="lead">
            <RelativeTime at={disabled.at} now={now} />, it sent back the value of a secret that it
            had been given. That was taken out of the answer, and nobody calls it since.
          </p>
          <ol class="way-back">
            <li>
              See <a href="#leaks">what it sent back</a>, and ask who runs it why.
            </li>
            <li>
              Have the secret replaced where it was issued, and{" "}
              <a href={`/servers/${slug}/secrets`}>set the new value</a>.
            </li>
            <li>Unblock the server.</li>
          </ol>
        </>
      )}
      {mayChange && (
        <Form form={formOf(form, next)} look="inline" label={submit}>
          <Actions submit={submit} kind={disabled === null ? "danger" : "main"} />
        </Form>
      )}
    </Card>
  );
}

/** What a server sent back of its secrets, newest first. */
export function LeaksCard(
  { slug, leaks, now }: { slug: string; leaks: readonly LeakEvent[]; now: string },
) {
  return (
    <Card id="leaks" title="Secrets that it sent back">
      <div data-live="leaks" class="rows">
        {leaks.length === 0
          ? <p class="empty">None in the last 90 days.</p>
          : (
            <table aria-label="Secrets that it sent back">
              <thead>
                <tr>
                  <th scope="col">When</th>
                  <th scope="col">Secret</th>
                  <th scope="col">Found</th>
                  <th scope="col">Asked for</th>
                  <th scope="col" class="number">Times</th>
                </tr>
              </thead>
              <tbody>
                {leaks.map((leak) => <LeakRow key={keyOf(leak)} leak={leak} now={now} />)}
              </tbody>
            </table>
          )}
      </div>
      <p class="quiet">
        What is found is taken out before anybody gets it.{" "}
        <a href={`/events?server=${slug}`}>All events of this server</a>
      </p>
    </Card>
  );
}

function LeakRow({ leak, now }: { leak: LeakEvent; now: string }) {
  const { at, secret, form, place, method, tool, times } = leak;
  return (
    <tr data-row={keyOf(leak)}>
      <td data-label="When">
        <RelativeTime at={at} now={now} />
      </td>
      <td data-label="Secret">
        <code class="chip">{secret}</code>
      </td>
      <td data-label="Found">
        {form === "raw" ? "as it is" : `in ${form}`}, in{" "}
        {place === "body" ? "the body" : "a header"}
      </td>
      <td data-label="Asked for" class="text">{tool ?? method ?? "–"}</td>
      <td data-label="Times" class="number">{times}</td>
    </tr>
  );
}

function keyOf({ at, secret, form, place, method, tool }: LeakEvent): string {
  return JSON.stringify([at, secret, form, place, method, tool]);
}
