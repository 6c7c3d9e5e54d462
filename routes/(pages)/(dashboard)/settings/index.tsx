import { page } from "fresh";
import { readSystemState, type SystemState } from "../../../../core/overview/read_system_state.ts";
import { define } from "../../../../define.ts";
import Badge from "../../(_components)/Badge.tsx";
import Card from "../../(_components)/Card.tsx";
import Command from "../../(_components)/Command.tsx";
import Facts from "../../(_components)/Facts.tsx";
import SettingsFrame from "../(_components)/SettingsFrame.tsx";

const CHECK_WORDS: Record<string, string> = {
  shutdown: "It is not being ended",
  store: "The store answers",
  keyring: "The master key is loaded",
  call_log: "The call log has room",
};

export const handler = define.handlers({
  async GET({ state: { services } }) {
    return page({ system: await readSystemState(services), deno: Deno.version.deno });
  },
});

export default define.page<typeof handler>(({ data: { system, deno }, state: { admin } }) => (
  <SettingsFrame
    admin={admin}
    current="/settings"
    lead="The process that answered this page, how it was set up, and what it needs."
  >
    <Card id="checks" title="State">
      <ul class="checks-list" data-live="checks">
        {Object.entries(system.checks).map(([name, state]) => (
          <li key={name}>
            <Badge kind={state === "ok" ? "good" : "bad"}>{state}</Badge>{" "}
            {CHECK_WORDS[name] ?? name}
          </li>
        ))}
      </ul>
      <p class="quiet">
        Probes ask <code>/healthz</code> and <code>/readyz</code>; Prometheus reads{" "}
        <code>/metrics</code>, with an admin's token.
      </p>
    </Card>
    <Card id="process" title="Process">
      <Facts
        facts={[
          ["Aerostack Gateway", system.version],
          ["Deno", deno],
          ["Public URL", <PublicUrl key="url" system={system} />],
          ["Store", <span key="store" class="wrap">{system.store}</span>],
        ]}
      />
    </Card>
    <Card id="setup" title="Setup">
      <Facts
        facts={[
          [
            "Private addresses",
            system.allowsPrivateUpstreams ? "allowed for servers" : "refused",
          ],
          ["Ports of servers", system.upstreamPorts?.join(", ") ?? "any"],
          ["Outgoing connections", outgoing(system)],
          [
            "Trusted proxies",
            system.trustedProxies === 0 ? "none" : String(system.trustedProxies),
          ],
          [
            "Master key",
            system.usesKeyFile
              ? "a file beside the store; set AEROSTACK_MASTER_KEY in production"
              : "from the environment",
          ],
          [
            "Admin token from the environment",
            system.hasEnvironmentToken
              ? "AEROSTACK_ADMIN_TOKEN is set, and acts as an owner"
              : "not set",
          ],
        ]}
      />
    </Card>
    <Card id="cli" title="The command">
      <p class="lead">
        The <code>aerostack</code> command does all of this in a terminal and in scripts.
        {admin?.role !== "viewer" && (
          <>
            {" "}It needs a token: <a href="/settings/tokens">CLI tokens</a>.
          </>
        )}
      </p>
      <p>
        <Command text={`export AEROSTACK_URL=${system.publicUrl}`} />
      </p>
      <p class="quiet">
        The admin API describes itself: <a href="/api/v1/openapi.json">openapi.json</a>.
      </p>
    </Card>
  </SettingsFrame>
));

function PublicUrl({ system: { publicUrl, publicUrlIsSet } }: { system: SystemState }) {
  return (
    <>
      <code class="wrap">{publicUrl}</code>
      {!publicUrlIsSet && (
        <span class="quiet">
          {" "}(guessed: set AEROSTACK_PUBLIC_URL in production)
        </span>
      )}
    </>
  );
}

function outgoing({ outgoingProxy }: SystemState): string {
  return outgoingProxy === null ? "direct" : `through the proxy of ${outgoingProxy}`;
}
