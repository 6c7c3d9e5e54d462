import type { ComponentChildren } from "preact";
import type { ConnectionFinding } from "../../../../../../core/servers/connection_finding.ts";
import type { ServerView } from "../../../../../../core/servers/server.ts";
import ConnectionResult from "../../../../../../browser/ConnectionResult.tsx";
import Badge from "../../../../(_components)/Badge.tsx";
import Card from "../../../../(_components)/Card.tsx";
import Facts from "../../../../(_components)/Facts.tsx";
import Form, { Actions } from "../../../../(_components)/Form.tsx";
import RelativeTime from "../../../../(_components)/RelativeTime.tsx";
import type { FormState } from "../../../../(_http)/form_state.ts";
import { spokenEras, spokenTransport, stateOf } from "../../(_components)/server_words.ts";

interface ConnectionCardProps {
  server: ServerView;
  form: FormState;
  /** What the test found that this page was sent for. */
  finding: ConnectionFinding | null;
  mayTest: boolean;
  now: string;
}

/** How a server is reached, what is wrong with that, and a test of it. */
export default function ConnectionCard(props: ConnectionCardProps) {
  const { server, form, finding, mayTest, now } = props;
  return (
    <Card id="connection" title="Connection">
      <div data-live="connection">
        <Facts facts={factsOf(server, now)} />
      </div>
      {finding !== null && (
        <div role="status" class="connection-found">
          <ConnectionResult finding={finding} />
        </div>
      )}
      {mayTest && server.disabled === null && (
        <Form form={form} action={`/servers/${server.slug}/settings#connection`} look="inline">
          <Actions submit={finding === null ? "Test connection" : "Test again"} kind="plain" />
        </Form>
      )}
      {mayTest && server.disabled !== null && (
        <p class="quiet">While it is disabled, nothing is sent to it: enable it to test it.</p>
      )}
    </Card>
  );
}

function factsOf(
  { disabled, health, protocol }: ServerView,
  now: string,
): [string, ComponentChildren][] {
  const { eras, probedAt, breaker } = health;
  const { kind, word } = stateOf({ disabled, health });
  const foundOut = probedAt === null
    ? protocol === "auto" ? "not yet" : "fixed in the settings"
    : <RelativeTime at={probedAt} now={now} />;
  const facts: [string, ComponentChildren][] = [
    ["State", <Badge key="state" kind={kind}>{word}</Badge>],
    ["Speaks", eras.length === 0 ? "not known yet" : `${spokenEras(health)} era`],
    ["Transport", spokenTransport(health) || "not known yet"],
    ["Found out", foundOut],
  ];
  if (breaker === null) return facts;
  return [
    ...facts,
    ["Last error", breaker.lastError],
    ["Failed in a row", `${breaker.failures} times`],
    ["Since", <RelativeTime key="since" at={breaker.since} now={now} />],
    ["Next try", <RelativeTime key="next" at={breaker.nextTryAt} now={now} />],
  ];
}
