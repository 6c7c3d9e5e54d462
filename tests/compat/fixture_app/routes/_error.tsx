import { HttpError } from "fresh";
import { define } from "../define.ts";

export default define.page(({ error, url }) => {
  const status = error instanceof HttpError ? error.status : 500;
  return <p id="error">{status} at {url.pathname}</p>;
});
