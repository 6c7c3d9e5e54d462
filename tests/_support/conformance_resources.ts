import { type McpServer, ResourceTemplate } from "@modelcontextprotocol/server";
import { PNG } from "./conformance_content_tools.ts";

/** Resources of text and bytes, a template, and one to subscribe to. */
export function addResources(mcp: McpServer): void {
  addText(mcp, "static-text", "This is the content of the static text resource.");
  addText(mcp, "watched-resource", "This can be watched.");

  const binary = { description: "An image", mimeType: "image/png" };
  mcp.registerResource("static-binary", "test://static-binary", binary, ({ href }) => ({
    contents: [{ uri: href, mimeType: "image/png", blob: PNG }],
  }));

  mcp.registerResource(
    "template",
    new ResourceTemplate("test://template/{id}/data", { list: undefined }),
    { description: "Data by its id", mimeType: "application/json" },
    ({ href }, { id }) => {
      const text = JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` });
      return { contents: [{ uri: href, mimeType: "application/json", text }] };
    },
  );

  const watched = new Set<string>();
  mcp.server.setRequestHandler("resources/subscribe", ({ params }) => {
    watched.add(params.uri);
    return {};
  });
  mcp.server.setRequestHandler("resources/unsubscribe", ({ params }) => {
    watched.delete(params.uri);
    return {};
  });
}

function addText(mcp: McpServer, name: string, text: string): void {
  const about = { description: text, mimeType: "text/plain" };
  mcp.registerResource(name, `test://${name}`, about, ({ href }) => ({
    contents: [{ uri: href, mimeType: "text/plain", text }],
  }));
}
