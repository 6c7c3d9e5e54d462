import type { Context } from "fresh";
import { parseInput } from "../../../../../../core/api/parse_input.ts";
import { readInput } from "../../../../../../core/api/read_input.ts";
import { viaOf } from "../../../../../../core/audit/actor.ts";
import { MemberSecretInput } from "../../../../../../core/members/member_secret.ts";
import {
  type MemberSecretRef,
  removeMemberSecret,
  setMemberSecret,
} from "../../../../../../core/members/set_member_secret.ts";
import { SecretPath } from "../../../../../../core/secrets/secret.ts";
import type { State } from "../../../../../../define.ts";
import { byMethod } from "../../../../(_http)/by_method.ts";
import { memberOf } from "../../../../(_http)/member_of.ts";

export const handler = byMethod({
  async PUT(ctx) {
    const ref = refOf(ctx);
    const input = await readInput(ctx.req, MemberSecretInput);
    await setMemberSecret(ctx.state.services, ref, input);
    return new Response(null, { status: 204 });
  },

  async DELETE(ctx) {
    await removeMemberSecret(ctx.state.services, refOf(ctx));
    return new Response(null, { status: 204 });
  },
});

function refOf(ctx: Context<State>): MemberSecretRef {
  const { name } = parseInput(SecretPath, { name: ctx.params.name });
  const { server } = ctx.params;
  return { token: memberOf(ctx), via: viaOf(ctx.req.headers), server, name };
}
