import { parseInput } from "../../../../../../core/api/parse_input.ts";
import { readForce } from "../../../../../../core/api/queries.ts";
import { readInput } from "../../../../../../core/api/read_input.ts";
import { injectSecret } from "../../../../../../core/secrets/inject_secret.ts";
import { removeSecret } from "../../../../../../core/secrets/remove_secret.ts";
import { InjectionChange, SecretInput, SecretPath } from "../../../../../../core/secrets/secret.ts";
import { setSecret } from "../../../../../../core/secrets/set_secret.ts";
import { viewSecret } from "../../../../../../core/secrets/view_secret.ts";
import { byMethod } from "../../../../(_http)/by_method.ts";

export const handler = byMethod({
  async PUT(ctx) {
    const { name } = parseInput(SecretPath, { name: ctx.params.name });
    const input = await readInput(ctx.req, SecretInput);
    const secret = await setSecret(
      ctx.state.services,
      ctx.params.slug,
      name,
      input,
    );
    return Response.json(viewSecret(secret), {
      status: secret.version === 1 ? 201 : 200,
    });
  },

  async PATCH(ctx) {
    const { slug, name } = ctx.params;
    const { injection } = await readInput(ctx.req, InjectionChange);
    return Response.json(
      viewSecret(await injectSecret(ctx.state.services, slug, name, injection)),
    );
  },

  async DELETE(ctx) {
    const { slug, name } = ctx.params;
    await removeSecret(ctx.state.services, slug, name, readForce(ctx.url));
    return new Response(null, { status: 204 });
  },
});
