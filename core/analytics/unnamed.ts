import { TokenId } from "../ids.ts";
import type { MemberName, ToolName } from "./block_rows.ts";

/** Stands where a tally does not tell members apart. */
export const NOBODY: MemberName = {
  tokenId: TokenId.parse(`tok_${"0".repeat(20)}`),
  person: "",
  email: null,
};

/** Stands where a tally does not tell servers and tools apart. */
export const NOTHING: ToolName = { serverId: null, server: null, method: "tools/call", tool: "" };
