import { asset } from "fresh/runtime";
import { define } from "../define.ts";

/** The document around every page. */
export default define.page(({ Component }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="robots" content="noindex" />
      <title>Aerostack Gateway</title>
      <link rel="icon" type="image/svg+xml" href={asset("/logo.svg")} />
      <link rel="stylesheet" href={asset("/styles.css")} />
    </head>
    <body>
      <Component />
    </body>
  </html>
));
