import { define } from "../define.ts";

export default define.page(({ Component }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <title>Fixture</title>
      <link rel="stylesheet" href="/site.css" />
    </head>
    <body>
      <Component />
    </body>
  </html>
));
