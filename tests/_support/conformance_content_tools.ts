import { type CallToolResult, fromJsonSchema, type McpServer } from "@modelcontextprotocol/server";

/** A red pixel. */
export const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";

/** A sound file without a sound. */
const WAV = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";

type Content = CallToolResult["content"];

const TEXT: Content[number] = {
  type: "text",
  text: "This is a simple text response for testing.",
};
const IMAGE: Content[number] = { type: "image", data: PNG, mimeType: "image/png" };

const CONTENTS: readonly { name: string; description: string; content: Content }[] = [
  { name: "test_simple_text", description: "Answers with text", content: [TEXT] },
  { name: "test_image_content", description: "Answers with an image", content: [IMAGE] },
  {
    name: "test_audio_content",
    description: "Answers with a sound",
    content: [{ type: "audio", data: WAV, mimeType: "audio/wav" }],
  },
  {
    name: "test_embedded_resource",
    description: "Answers with a resource inside",
    content: [embedded("test://embedded-resource", "text/plain", "An embedded resource.")],
  },
  {
    name: "test_multiple_content_types",
    description: "Answers with text, an image and a resource",
    content: [
      TEXT,
      IMAGE,
      embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}'),
    ],
  },
];

/** JSON Schema 2020-12 with the keywords that must survive a listing. */
const SCHEMA_2020_12 = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  type: "object",
  $defs: {
    address: {
      $anchor: "addressDef",
      type: "object",
      properties: { street: { type: "string" }, city: { type: "string" } },
    },
  },
  properties: {
    name: { type: "string" },
    address: { $ref: "#/$defs/address" },
    contactMethod: { type: "string", enum: ["phone", "email"] },
    phone: { type: "string" },
    email: { type: "string" },
  },
  allOf: [{ anyOf: [{ required: ["phone"] }, { required: ["email"] }] }],
  if: { properties: { contactMethod: { const: "phone" } }, required: ["contactMethod"] },
  then: { required: ["phone"] },
  else: { required: ["email"] },
  additionalProperties: false,
} as const;

/** An argument that modern clients send as a header too, and one that they do not. */
const SCHEMA_WITH_HEADER = {
  type: "object",
  properties: {
    region: { type: "string", "x-mcp-header": "Region" },
    level: { type: "integer" },
  },
};

/** Tools that answer at once, each with another kind of content, an error or a schema. */
export function addContentTools(mcp: McpServer): void {
  for (const { name, description, content } of CONTENTS) {
    mcp.registerTool(name, { description }, () => ({ content }));
  }

  mcp.registerTool("test_error_handling", { description: "Always fails" }, () => {
    throw new Error("This tool intentionally returns an error for testing");
  });

  mcp.registerTool("json_schema_2020_12_tool", {
    description: "Has a schema with every keyword that must survive",
    inputSchema: fromJsonSchema<Record<string, unknown>>(SCHEMA_2020_12),
  }, (args) => text(`Called with ${JSON.stringify(args)}`));

  mcp.registerTool("test_x_mcp_header", {
    description: "Has an argument that is a header too",
    inputSchema: fromJsonSchema<{ region?: string }>(SCHEMA_WITH_HEADER),
  }, ({ region }) => text(`region=${region ?? "none"}`));
}

/** A result of one text. */
export function text(text: string): CallToolResult {
  return { content: [{ type: "text", text }] };
}

function embedded(uri: string, mimeType: string, text: string): Content[number] {
  return { type: "resource", resource: { uri, mimeType, text } };
}
