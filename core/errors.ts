/** How one kind of failure is shown to the outside. */
interface ErrorKind {
  /** HTTP status for pages and the admin API. */
  status: number;
  /** JSON-RPC error code for an MCP client. */
  rpc: number;
  /** The sentence that a stranger may read. */
  message: string;
}

/**
 * Every failure the product knows, in one table.
 *
 * The sentences are public: none of them may depend on stored data. What is
 * worth saying to somebody who is signed in goes into `publicMessage` of the
 * error itself.
 */
export const ERROR_KINDS = {
  bad_request: { status: 400, rpc: -32600, message: "The request is not valid." },
  invalid_input: { status: 400, rpc: -32602, message: "A value is not valid." },
  header_mismatch: { status: 400, rpc: -32020, message: "A header differs from the body." },
  unauthorized: {
    status: 401,
    rpc: -32001,
    message: "A valid bearer token is required.",
  },
  forbidden_origin: {
    status: 403,
    rpc: -32000,
    message: "This Origin may not call the gateway.",
  },
  forbidden: { status: 403, rpc: -32000, message: "This is not allowed." },
  not_found: { status: 404, rpc: -32602, message: "There is nothing here." },
  method_not_allowed: {
    status: 405,
    rpc: -32000,
    message: "This method is not allowed here.",
  },
  not_acceptable: {
    status: 406,
    rpc: -32000,
    message: "Accept must name application/json or text/event-stream.",
  },
  conflict: { status: 409, rpc: -32000, message: "Something else changed it first." },
  slug_taken: { status: 409, rpc: -32000, message: "This slug is taken." },
  secret_missing: {
    status: 409,
    rpc: -32000,
    message: "A secret is missing that members set themselves.",
  },
  in_use: { status: 409, rpc: -32000, message: "This is still in use." },
  too_large: { status: 413, rpc: -32600, message: "The request is too large." },
  unsupported_media_type: {
    status: 415,
    rpc: -32600,
    message: "Content-Type must be application/json.",
  },
  limit_reached: { status: 422, rpc: -32000, message: "A limit is reached." },
  too_many: { status: 429, rpc: -32000, message: "Too many requests at once." },
  rate_limited: { status: 429, rpc: -32005, message: "A limit on requests is reached." },
  internal: { status: 500, rpc: -32603, message: "Something failed in the gateway." },
  upstream_failed: {
    status: 502,
    rpc: -32603,
    message: "An upstream server failed.",
  },
  server_disabled: { status: 503, rpc: -32603, message: "This server is disabled." },
  upstream_timeout: {
    status: 504,
    rpc: -32001,
    message: "An upstream server did not answer in time.",
  },
  shutting_down: {
    status: 503,
    rpc: -32603,
    message: "The gateway is shutting down; try again.",
  },
} as const satisfies Record<string, ErrorKind>;

/** The closed list of failure codes. */
export type ErrorCode = keyof typeof ERROR_KINDS;

/** Where on the way to an upstream's answer something went wrong. */
export type FailureStage =
  | "address"
  | "dns"
  | "connect"
  | "tls"
  | "http"
  | "auth"
  | "protocol"
  | "timeout";

/**
 * What the failure of an exchange says about it: nothing reached the server; the answer was
 * lost on its way, so the request may have been executed; the server is down or too slow.
 */
export type UpstreamFault = "unsent" | "lost" | "down";

/** What an error may carry besides its code and detail. */
export interface ErrorExtras {
  /** A sentence for a caller who is known; replaces the table's. */
  publicMessage?: string;
  /** Path of the offending field, such as `rules.0.name`. */
  field?: string;
  /** How far an exchange with an upstream came before it failed. */
  stage?: FailureStage;
  /** Absent when the server is there, and its answer is what is wrong. */
  fault?: UpstreamFault;
  /** When it is worth trying again. */
  retryAfterSeconds?: number;
  /** What a program may read of it, in an answer of JSON-RPC. */
  data?: Record<string, unknown>;
  cause?: unknown;
}

/**
 * The only error that core throws on purpose.
 *
 * `detail` is for logs: it says what was being done, with the value quoted. It
 * must never hold a secret or a token. `publicMessage` is what the caller reads.
 */
export class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly publicMessage: string;
  readonly field: string | undefined;
  readonly stage: FailureStage | undefined;
  readonly fault: UpstreamFault | undefined;
  readonly data: Record<string, unknown> | undefined;
  readonly #retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, detail: string, extras: ErrorExtras = {}) {
    super(detail, { cause: extras.cause });
    this.name = "GatewayError";
    this.code = code;
    this.publicMessage = extras.publicMessage ?? ERROR_KINDS[code].message;
    this.field = extras.field;
    this.stage = extras.stage;
    this.fault = extras.fault;
    this.data = extras.data;
    this.#retryAfterSeconds = extras.retryAfterSeconds;
  }

  /** What `Retry-After` says; `null` where trying again is no matter of time. */
  get retryAfterSeconds(): number | null {
    return this.#retryAfterSeconds ?? (this.status === 429 ? 1 : null);
  }

  /** HTTP status for pages and the admin API. */
  get status(): number {
    return ERROR_KINDS[this.code].status;
  }

  /** JSON-RPC error code for an MCP client. */
  get rpcCode(): number {
    return ERROR_KINDS[this.code].rpc;
  }
}

/**
 * Makes an error whose detail may be shown as it is to a signed-in admin.
 *
 * For refusals of the admin API and the CLI, where the sentence names the value
 * and the fix.
 */
export function refusal(
  code: ErrorCode,
  sentence: string,
  field?: string,
): GatewayError {
  return new GatewayError(code, sentence, { publicMessage: sentence, field });
}

/** The error as a {@linkcode GatewayError}: anything unknown becomes `internal`. */
export function asGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  const detail = error instanceof Error ? error.message : String(error);
  return new GatewayError("internal", detail, { cause: error });
}
