import { define } from "../../define.ts";

export default define.page(({ params }) => <h1>{`shop: ${params.kind || "all"}`}</h1>);
