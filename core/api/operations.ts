import { ADMIN_OPERATIONS } from "./admin_operations.ts";
import { ARGUMENT_OPERATIONS } from "./argument_operations.ts";
import { MEMBER_OPERATIONS } from "./member_operations.ts";
import type { Operation } from "./operation.ts";
import { SELF_OPERATIONS } from "./self_operations.ts";
import { SERVER_OPERATIONS } from "./server_operations.ts";
import { SINK_OPERATIONS } from "./sink_operations.ts";
import { WEBHOOK_OPERATIONS } from "./webhook_operations.ts";
import { WORKSPACE_OPERATIONS } from "./workspace_operations.ts";

/** The description of the API, the one thing that anybody may read. */
export const OPEN_OPERATION = { method: "GET", path: "/openapi.json", role: "anyone" } as const;

/** Every operation of the admin API. */
export const OPERATIONS: readonly Operation[] = [
  ...SERVER_OPERATIONS,
  ...WORKSPACE_OPERATIONS,
  ...ARGUMENT_OPERATIONS,
  ...MEMBER_OPERATIONS,
  ...ADMIN_OPERATIONS,
  ...SINK_OPERATIONS,
  ...WEBHOOK_OPERATIONS,
  ...SELF_OPERATIONS,
];
