import { HttpError, page } from "fresh";
import { define } from "../../define.ts";

export const handler = define.handlers({
  GET: (ctx) => {
    if (ctx.params.slug === "gone") throw new HttpError(410, "It is gone");
    if (ctx.params.slug === "broken") throw new Error("a secret detail");
    return page({ title: ctx.params.slug }, {
      status: 203,
      headers: { "x-post": "yes" },
    });
  },
  POST: async (ctx) => {
    const form = await ctx.req.formData();
    return ctx.redirect(`/posts/${form.get("title")}`, 303);
  },
});

export default define.page<typeof handler>(({ data, route }) => (
  <h1 data-route={route}>{data.title}</h1>
));
