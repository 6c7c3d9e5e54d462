import { define } from "../../define.ts";

export default define.page(async ({ params }) => {
  await Promise.resolve();
  return <h1>{`docs: ${params.path}`}</h1>;
});
