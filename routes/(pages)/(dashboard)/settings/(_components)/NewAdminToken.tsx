import type { CreatedAdminToken } from "../../../../../core/admins/admin.ts";
import Card from "../../../(_components)/Card.tsx";
import Command from "../../../(_components)/Command.tsx";

interface NewAdminTokenProps {
  created: CreatedAdminToken;
  /** Where the gateway is reached. */
  url: string;
}

/** The one time that an admin token is shown. */
export default function NewAdminToken({ created, url }: NewAdminTokenProps) {
  const { name, role, token } = created;
  return (
    <Card id="new-token" title={`The token “${name}”`}>
      <p class="lead">
        Copy it now: it will not be shown again. It can do what the role {role} may.
      </p>
      <div data-once="">
        <Command text={token} />
      </div>
      <p class="lead">To log in on the command line, run this and paste the token when asked:</p>
      <Command text={`aerostack login --url ${url}`} />
      <p class="quiet">
        No <code>aerostack</code> command yet? In the gateway's folder, install it with{" "}
        <code>deno task install-cli</code>, or write <code>npx -y deno task aerostack</code>{" "}
        in its place. In scripts, set <code>AEROSTACK_URL</code> and <code>AEROSTACK_TOKEN</code>.
      </p>
    </Card>
  );
}
