import { define } from "../../define.ts";
import { Box } from "./(_components)/Box.tsx";
import { Local } from "./(_islands)/Local.tsx";

export default define.page(() => (
  <Box>
    <Local />
  </Box>
));
