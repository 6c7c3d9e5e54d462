import { define } from "../define.ts";
import Facts from "../islands/Facts.tsx";

const HOSTILE = "</script><!-- \u2028";

export default define.page(() => (
  <Facts
    date={new Date(0)}
    url={new URL("https://example.com/path")}
    map={new Map([["a", 1]])}
    set={new Set([1, 2])}
    bytes={new Uint8Array([1, 2, 3])}
    big={9007199254740993n}
    nothing={undefined}
    list={[1, null]}
    text={HOSTILE}
  />
));
