import { parse, serialize } from "hono/utils/cookie";

/** A cookie and how long, where and how it is sent. */
export interface Cookie {
  name: string;
  value: string;
  expires?: Date | number;
  /** In seconds. */
  maxAge?: number;
  domain?: string;
  path?: string;
  secure?: boolean;
  httpOnly?: boolean;
  sameSite?: "Strict" | "Lax" | "None";
  partitioned?: boolean;
}

const DAYS_90_S = 90 * 24 * 60 * 60;

/** What all cookies have in common, unless told otherwise. */
export function baseCookie(request: Request, name: string, value: string) {
  const secure = isHttps(request);
  const cookie: Cookie = {
    name: cookieName(request, name),
    value,
    secure,
    path: "/",
    httpOnly: true,
    maxAge: DAYS_90_S,
    sameSite: "Lax",
  };
  return cookie;
}

/** A cookie's name; on HTTPS one that browsers bind to the host. */
export function cookieName(request: Request, name: string): string {
  return isHttps(request) ? `__Host-${name}` : name;
}

/** The value of a cookie that came with a request. */
export function readCookie(request: Request, name: string): string | undefined {
  return parse(request.headers.get("cookie") ?? "", name)[name];
}

/** Has a response set a cookie. */
export function writeCookie(response: Response, cookie: Cookie): void {
  const { name, value, expires, ...options } = cookie;
  const date = expires === undefined ? {} : { expires: new Date(expires) };
  response.headers.append(
    "set-cookie",
    serialize(name, value, { ...options, ...date }),
  );
}

function isHttps(request: Request): boolean {
  return request.url.startsWith("https://");
}
