import { parseInput } from "../../../../../../core/api/parse_input.ts";
import { readForce } from "../../../../../../core/api/queries.ts";
import { readInput } from "../../../../../../core/api/read_input.ts";
import { injectSecret } from "../../../../../../core/secrets/inject_secret.ts";
import { removeSecret } from "../../../../../../core/secrets/remove_secret.ts";
import { InjectionChange, SecretInput, SecretPath } from "../../../../../../core/secrets/secret.ts";
import { setSecret } from "../../../../../../core/secrets/set_secret.ts";
import { viewSecret } from "../../../../../../core/secrets/view_secret.ts";
import { apiActor } from "../../../../(_http)/api_actor.ts";
import { byMethod } from "../../../../(_http)/by_method.ts";

export const handler = byMethod({
  async PUT(ctx) {
    const { name } = parseInput(SecretPath, { name: ctx.params.name });
    const input = await readInput(ctx.req, SecretInput);
    const secret = await setSecret(
      ctx.state.services,
      apiActor(ctx),
      ctx.params.slug,
      name,
      input,
    );
    return Response.json(await viewSecret(ctx.state.services, secret), {
      status: secret.version === 1 ? 201 : 200,
    });
  },

  async PATCH(ctx) {
    const { slug, name } = ctx.params;
    const change = await readInput(ctx.req, InjectionChange);
    const secret = await injectSecret(ctx.state.services, apiActor(ctx), slug, name, change);
    return Response.json(await viewSecret(ctx.state.services, secret));
  },

  async DELETE(ctx) {
    const { slug, name } = ctx.params;
    await removeSecret(ctx.state.services, apiActor(ctx), slug, name, readForce(ctx.url));
    return new Response(null, { status: 204 });
  },
});
