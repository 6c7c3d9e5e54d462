import { z } from "zod";
import { CLIENT_HEADER } from "../core/audit/actor.ts";
import { VERSION } from "../core/version.ts";
import { CliError, EXIT, failure } from "./cli_error.ts";
import type { Account } from "./credentials.ts";
import { whyUnreachable } from "./network_error.ts";

/** What the API said, as it is and as this command understands it. */
export interface Answer<T> {
  body: unknown;
  value: T;
}

/** A request of the admin API. */
interface Request {
  method: string;
  path: string;
  body?: unknown;
  timeoutSeconds?: number;
}

const ErrorBody = z.object({
  error: z.object({ code: z.string(), message: z.string(), field: z.string().optional() }),
});

const DEFAULT_TIMEOUT_SECONDS = 30;
const PAGE_SIZE = 200;
const MAX_ITEMS = 10_000;

/** Speaks to the admin API of one gateway; every failure is a {@linkcode CliError}. */
export class ApiClient {
  readonly url: string;
  #token: string;
  #fetch: typeof fetch;

  constructor(account: Account, fetcher: typeof fetch) {
    this.url = account.url;
    this.#token = account.token;
    this.#fetch = fetcher;
  }

  /** Whether it speaks for a member, who can do nothing of what admins do. */
  get isMembers(): boolean {
    return isMemberToken(this.#token);
  }

  async get<T>(path: string, schema: z.ZodType<T>): Promise<Answer<T>> {
    return this.#understand(await this.#send({ method: "GET", path }), schema);
  }

  async send<T>(request: Request, schema: z.ZodType<T>): Promise<Answer<T>> {
    return this.#understand(await this.#send(request), schema);
  }

  /** A list in CSV, as it is. */
  async text(path: string): Promise<string> {
    const response = await this.#exchange({ method: "GET", path });
    if (response.ok) return response.text;
    if (response.status >= 300 && response.status < 400) throw this.#redirected(response);
    throw this.#refused(response.status, parseJson(response.text), path);
  }

  /**
   * A body that is read while it comes, however long that takes; `headers` say more of what is
   * wanted. The time to answer is limited, and what comes after it is not.
   */
  async stream(
    path: string,
    headers: Record<string, string> = {},
  ): Promise<ReadableStream<Uint8Array>> {
    const waiting = new AbortController();
    const reason = new DOMException("Too late", "TimeoutError");
    const timer = setTimeout(() => waiting.abort(reason), DEFAULT_TIMEOUT_SECONDS * 1000);
    try {
      const all = this.#headers(headers);
      const response = await this.#fetch(`${this.url}/api/v1${path}`, {
        headers: all,
        redirect: "manual",
        signal: waiting.signal,
      });
      if (response.ok && response.body !== null) return response.body;
      const { status } = response;
      const location = response.headers.get("location");
      const text = await response.text();
      if (status >= 300 && status < 400) throw this.#redirected({ status, location });
      throw this.#refused(status, parseJson(text), path);
    } catch (error) {
      if (error instanceof CliError) throw error;
      throw this.#unreachable(error, DEFAULT_TIMEOUT_SECONDS);
    } finally {
      clearTimeout(timer);
    }
  }

  async remove(path: string): Promise<void> {
    await this.#send({ method: "DELETE", path });
  }

  /** Puts something, of which nothing comes back. */
  async put(path: string, body: unknown): Promise<void> {
    await this.#send({ method: "PUT", path, body });
  }

  /** Every item of a list, page after page, up to `limit`. */
  async list<T>(
    path: string,
    schema: z.ZodType<T>,
    limit = MAX_ITEMS,
    filter?: URLSearchParams,
  ): Promise<Answer<T[]>> {
    const page = z.object({ items: z.array(z.unknown()), nextCursor: z.string().nullable() });
    const items: unknown[] = [];
    let cursor: string | null = null;

    do {
      const size = Math.min(PAGE_SIZE, limit - items.length);
      const query = new URLSearchParams(filter);
      query.set("limit", String(size));
      if (cursor !== null) query.set("cursor", cursor);

      const { value } = await this.get(`${path}?${query}`, page);
      items.push(...value.items);
      cursor = value.nextCursor === cursor ? null : value.nextCursor;
    } while (cursor !== null && items.length < limit);

    return this.#understandList({ items, nextCursor: cursor }, schema);
  }

  #understandList<T>(
    body: { items: unknown[]; nextCursor: string | null },
    schema: z.ZodType<T>,
  ): Answer<T[]> {
    return { body, value: this.#understand(body.items, z.array(schema)).value };
  }

  #understand<T>(body: unknown, schema: z.ZodType<T>): Answer<T> {
    const { success, data } = schema.safeParse(body);
    if (success) return { body, value: data };
    throw failure(
      "not_understood",
      `The gateway at ${this.url} gave an answer that this version does not understand. ` +
        "Compare aerostack --version with aerostack status --json and update the older one.",
    );
  }

  async #send(request: Request): Promise<unknown> {
    const response = await this.#exchange(request);
    if (response.status === 204) return null;
    if (response.status >= 300 && response.status < 400) throw this.#redirected(response);

    const body = parseJson(response.text);
    if (response.ok && body !== undefined) return body;
    throw this.#refused(response.status, body, request.path);
  }

  async #exchange({ method, path, body, timeoutSeconds }: Request) {
    const seconds = timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
    const headers = this.#headers({ accept: "application/json" });
    if (body !== undefined) headers.set("content-type", "application/json");

    try {
      const response = await this.#fetch(`${this.url}/api/v1${path}`, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        redirect: "manual",
        signal: AbortSignal.timeout(seconds * 1000),
      });
      const { ok, status } = response;
      return {
        ok,
        status,
        location: response.headers.get("location"),
        text: await response.text(),
      };
    } catch (error) {
      throw this.#unreachable(error, seconds);
    }
  }

  #headers(more: Record<string, string>): Headers {
    const own = { authorization: `Bearer ${this.#token}`, [CLIENT_HEADER]: `cli/${VERSION}` };
    return new Headers({ ...more, ...own });
  }

  #unreachable(error: unknown, seconds: number): CliError {
    return failure(
      "unreachable",
      `Cannot reach the gateway at ${this.url}: ${whyUnreachable(error, seconds)}. ` +
        "Check AEROSTACK_URL or run aerostack login.",
    );
  }

  #refused(status: number, body: unknown, path: string): CliError {
    if (status === 401) return failure("unauthorized", this.#whyRefused(path));

    const { success, data } = ErrorBody.safeParse(body);
    if (!success) return this.#notGateway(status);
    const { code, message, field } = data.error;
    return new CliError(EXIT.refused, code, message, field);
  }

  /** Members and admins have tokens of their own kinds, and each verb is for one of them. */
  #whyRefused(path: string): string {
    const isForMembers = /^\/me(\/|$)/.test(path);
    const isMembers = isMemberToken(this.#token);
    const login = `aerostack login --url ${this.url} --token <token> or set AEROSTACK_TOKEN.`;
    if (isForMembers && !isMembers) {
      return "Secrets of your own are set with your own token, which begins with mwt_; an " +
        `admin's does not do here. Run ${login}`;
    }
    if (isMembers && !isForMembers) {
      return "This needs an admin's token. A member's (mwt_…) is for aerostack me, and for the " +
        "editor.";
    }
    const kind = isMembers ? "workspace token create <workspace>" : "admin token create";
    return `The gateway at ${this.url} refused the token. Ask an admin for one ` +
      `(aerostack ${kind} --name "You"), then run ${login}`;
  }

  #notGateway(status: number): CliError {
    return failure(
      "not_a_gateway",
      `What answers at ${this.url} (status ${status}) is not the admin API of a gateway. ` +
        "Check AEROSTACK_URL or run aerostack login.",
    );
  }

  #redirected({ status, location }: { status: number; location: string | null }): CliError {
    const target = location !== null && URL.canParse(location, this.url)
      ? new URL(location, this.url).origin
      : "another address";
    return failure(
      "redirected",
      `The gateway at ${this.url} sends on to ${target} (status ${status}). ` +
        "Use that address in AEROSTACK_URL or aerostack login.",
    );
  }
}

/** Whether a token is a member's, by how it begins. */
function isMemberToken(token: string): boolean {
  return token.startsWith("mwt_");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
