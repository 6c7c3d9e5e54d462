import { z } from "zod";
import { readForm } from "../../../core/api/read_form.ts";
import { define } from "../../../define.ts";
import { OwnPath } from "../(_http)/own_path.ts";
import { redirectWithTheme, Theme } from "../(_http)/theme_cookie.ts";

const ThemeFields = z.strictObject({ theme: Theme, to: OwnPath });

/** Keeps in which colours somebody wants to see the pages. */
export const handler = define.handlers({
  async POST(ctx) {
    const { theme, to } = await readForm(ctx.req, ThemeFields);
    return redirectWithTheme(ctx, to, theme);
  },
});
