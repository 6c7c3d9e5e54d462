import type { Operation } from "./operation.ts";
import { OPEN_OPERATION, OPERATIONS } from "./operations.ts";

/** Where the admin API begins. */
const BASE = "/api/v1";

const BY_ROUTE = new Map<string, Map<string, Rule>>();
for (const operation of [...OPERATIONS, OPEN_OPERATION]) {
  const route = BASE + operation.path.replaceAll(/\{(\w+)\}/g, ":$1");
  const methods = BY_ROUTE.get(route) ?? new Map<string, Rule>();
  BY_ROUTE.set(route, methods.set(operation.method, operation));
}

/** What of an operation decides who may use it. */
export type Rule = Pick<Operation, "method" | "path" | "role">;

/**
 * The operation that a request asks for, by the pattern of the route that answers it.
 *
 * `null` for a route that is no operation, and `"method"` for a method that the route
 * does not have: neither is anybody's to use.
 */
export function findOperation(method: string, route: string | null): Rule | "method" | null {
  const methods = BY_ROUTE.get(route ?? "");
  if (methods === undefined) return null;
  return methods.get(method === "HEAD" ? "GET" : method) ?? "method";
}
