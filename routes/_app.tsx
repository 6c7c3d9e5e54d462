import { asset } from "fresh/runtime";
import { define } from "../define.ts";
import { readTheme } from "./(pages)/(_http)/theme_cookie.ts";

/** In the order in which one rests on another. */
const STYLES = [
  "/styles.css",
  "/parts.css",
  "/forms.css",
  "/charts.css",
  "/settings.css",
  "/calls.css",
  "/serverparts.css",
  "/workspaces.css",
  "/analytics.css",
  "/people.css",
  "/shell.css",
  "/palette.css",
  "/playground.css",
  "/servers.css",
  "/sign_in.css",
];

/** The document around every page. */
export default define.page(({ Component, ...request }) => (
  <html lang="en" data-theme={readTheme(request)}>
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="robots" content="noindex" />
      <title>Aerostack Gateway</title>
      <link rel="icon" type="image/svg+xml" href={asset("/logo.svg")} />
      {STYLES.map((path) => <link key={path} rel="stylesheet" href={asset(path)} />)}
    </head>
    <body>
      <Component />
    </body>
  </html>
));
