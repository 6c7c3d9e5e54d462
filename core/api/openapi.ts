import { z } from "zod";
import { ERROR_KINDS, type ErrorCode } from "../errors.ts";
import { VERSION } from "../version.ts";
import { INPUT_EXAMPLES, OUTPUT_EXAMPLES } from "./examples.ts";
import type { Operation } from "./operation.ts";
import { OPERATIONS } from "./operations.ts";
import { type InputName, INPUTS, type OutputName, OUTPUTS } from "./schemas.ts";

type Json = Record<string, unknown>;

/** Errors that any operation may answer with. */
const COMMON_ERRORS: readonly ErrorCode[] = ["unauthorized", "too_many", "internal"];

/** Who may use an operation, in a sentence. */
const WHO: Record<Operation["role"], string> = {
  viewer: "For every admin.",
  admin: "For admins with the role admin or owner.",
  owner: "For admins with the role owner.",
  member: "For members, with their own tokens.",
  anyone: "For anyone.",
};

/** The OpenAPI 3.1 document of the admin API at this public address. */
export function openApiDocument(publicUrl: string): Json {
  return {
    openapi: "3.1.0",
    info: {
      title: "Aerostack Gateway admin API",
      version: VERSION,
      description: "Registers MCP servers, keeps their secrets, groups them into workspaces " +
        "and gives people tokens. Every error has the same shape.",
    },
    servers: [{ url: `${publicUrl}/api/v1` }],
    security: [{ bearer: [] }],
    paths: { ...describePaths(), "/openapi.json": describeDocument() },
    components: {
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          description:
            "AEROSTACK_ADMIN_TOKEN, or an admin's aat_… token; for /me a member's mwt_… token",
        },
      },
      schemas: describeSchemas(),
    },
  };
}

function describePaths(): Record<string, Json> {
  const paths: Record<string, Json> = {};
  for (const operation of OPERATIONS) {
    const item = paths[operation.path] ??= {};
    item[operation.method.toLowerCase()] = describeOperation(operation);
  }
  return paths;
}

function describeOperation(operation: Operation): Json {
  const parameters = [
    ...pathParameters(operation.path),
    ...queryParameters(operation.query),
  ];
  return {
    summary: operation.summary,
    description: WHO[operation.role],
    operationId: operationId(operation),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(operation.body === undefined
      ? {}
      : { requestBody: describeBody(operation.body, operation) }),
    responses: { ...goodAnswers(operation), ...errorAnswers(operation) },
  };
}

/** `DELETE /servers/{slug}/secrets/{name}` as `delete_servers_slug_secrets_name`. */
function operationId({ method, path }: Operation): string {
  return (method + path).toLowerCase().replaceAll(/[^a-z]+/g, "_").replace(
    /_$/,
    "",
  );
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => (
    { name, in: "path", required: true, schema: { type: "string" } }
  ));
}

function queryParameters(query: z.ZodObject | undefined): Json[] {
  return Object.entries(query?.shape ?? {}).map(([name, schema]) => (
    { name, in: "query", required: false, schema: jsonSchema(schema, "input") }
  ));
}

function describeBody(name: InputName, { isBodyOptional = false }: Operation): Json {
  return { required: !isBodyOptional, content: contentOf(name, INPUT_EXAMPLES[name]) };
}

function goodAnswers({ answers, summary, hasCsv, streams }: Operation): Record<string, Json> {
  if (streams !== undefined) {
    const types = Object.entries(streams)
      .map(([type, example]) => [type, { schema: { type: "string" }, example }]);
    return { 200: { description: summary, content: Object.fromEntries(types) } };
  }
  const csv = hasCsv ? { "text/csv": { schema: { type: "string" } } } : {};
  return Object.fromEntries(
    Object.entries(answers).map((
      [status, name],
    ) => [status, goodAnswer(summary, name, csv)]),
  );
}

function goodAnswer(summary: string, name: OutputName | null, alsoAs: Json): Json {
  if (name === null) return { description: `Done: ${summary}` };
  return {
    description: summary,
    content: { ...contentOf(name, OUTPUT_EXAMPLES[name]), ...alsoAs },
  };
}

/** Whether somebody may be let in and yet not be allowed this. */
function mayBeForbidden(role: Operation["role"]): boolean {
  return role === "admin" || role === "owner";
}

/** Errors of one status share its description, which names their codes. */
function errorAnswers({ errors, role }: Operation): Record<string, Json> {
  const byStatus = Map.groupBy(
    [...errors, ...COMMON_ERRORS, ...(mayBeForbidden(role) ? ["forbidden" as const] : [])],
    (code) => ERROR_KINDS[code].status,
  );
  return Object.fromEntries([...byStatus].map(([status, codes]) => [status, {
    description: codes.map((code) => `\`${code}\`: ${ERROR_KINDS[code].message}`).join(" "),
    content: contentOf("Error", errorExample(codes[0])),
  }]));
}

function errorExample(code: ErrorCode): unknown {
  return { error: { code, message: ERROR_KINDS[code].message } };
}

function contentOf(name: InputName | OutputName, example: unknown): Json {
  return {
    "application/json": {
      schema: { $ref: `#/components/schemas/${name}` },
      example,
    },
  };
}

function describeSchemas(): Json {
  const inputs = Object.entries(INPUTS).map((
    [name, schema],
  ) => [name, jsonSchema(schema, "input")]);
  const outputs = Object.entries(OUTPUTS)
    .map(([name, schema]) => [name, jsonSchema(schema, "output")]);
  return Object.fromEntries([...inputs, ...outputs]);
}

function jsonSchema(schema: z.core.$ZodType, io: "input" | "output"): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    target: "draft-2020-12",
  });
  return rest;
}

function describeDocument(): Json {
  return {
    get: {
      summary: "This document; it needs no bearer",
      operationId: "get_openapi",
      security: [],
      responses: {
        200: {
          description: "OpenAPI 3.1",
          content: { "application/json": { schema: { type: "object" } } },
        },
      },
    },
  };
}
