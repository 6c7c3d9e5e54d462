import { keepWarm } from "../../../core/overview/keep_warm.ts";
import { define } from "../../../define.ts";
import { showNotice } from "../(_http)/show_notice.ts";

export default define.middleware((ctx) => {
  if (ctx.state.admin !== null) keepWarm(ctx.state.services);
  return showNotice(ctx);
});
