import { define } from "../../../define.ts";
import { showNotice } from "../(_http)/show_notice.ts";

export default define.middleware(showNotice);
