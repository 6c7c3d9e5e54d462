/** The programs from npm that tests run as they are, each with a fixed version. */
export const NPM_PROGRAMS = {
  conformance: "npm:@modelcontextprotocol/conformance@0.2.0-alpha.12",
  everything: "npm:@modelcontextprotocol/server-everything@2026.8.31",
  inspector: "npm:@modelcontextprotocol/inspector@2.12.0/mcp-inspector",
  mcpRemote: "npm:mcp-remote@0.15.1",
};
