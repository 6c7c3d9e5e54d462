import assert from "node:assert/strict";
import type { RunningApp } from "../_support/app.ts";

/** A page as text, with the status that it came with. */
export interface Answer {
  status: number;
  location: string | null;
  html: string;
  headers: Headers;
}

/** Sends a form as a browser without scripts does. */
export async function send(
  app: RunningApp,
  path: string,
  cookie: string,
  fields: Record<string, string | string[]>,
): Promise<Answer> {
  const body = new URLSearchParams(
    Object.entries(fields).flatMap(([name, value]) => [value].flat().map((one) => [name, one])),
  );
  const headers = { origin: app.origin, cookie };
  return await answerOf(await app.ask(path, { method: "POST", body, headers }));
}

/** Opens a page. */
export async function see(app: RunningApp, path: string, cookie: string): Promise<Answer> {
  return await answerOf(await app.ask(path, { headers: { cookie } }));
}

async function answerOf(response: Response): Promise<Answer> {
  const { status, headers } = response;
  return { status, headers, location: headers.get("location"), html: await response.text() };
}

/** The sentence at a field, by the field's name; `null` when nothing is wrong with it. */
export function problemAt({ html }: Answer, name: string): string | null {
  const tag = [...html.matchAll(/<(?:input|select|textarea|fieldset)[^>]*>/g)]
    .map(([text]) => text)
    .find((text) => text.includes(`name="${name}"`) && text.includes('aria-invalid="true"'));
  const id = /aria-describedby="([^" ]+-problem)/.exec(tag ?? "")?.[1];
  if (id === undefined) return null;
  return new RegExp(`id="${id}"[^>]*>([^<]*)<`).exec(html)?.[1] ?? null;
}

/** What stands in a field of a page. */
export function typedIn({ html }: Answer, name: string): string | undefined {
  const input = [...html.matchAll(/<input[^>]*>/g)].map(([text]) => text)
    .find((text) => text.includes(`name="${name}"`) && !text.includes('type="hidden"'));
  if (input !== undefined) return /value="([^"]*)"/.exec(input)?.[1] ?? "";
  return new RegExp(`<textarea[^>]*name="${name}"[^>]*>([^<]*)<`).exec(html)?.[1];
}

/** The notice that the page after a form shows; it is in a cookie until then. */
export async function noticeAfter(app: RunningApp, { headers, location }: Answer, cookie: string) {
  assert.ok(location !== null);
  const notice = headers.getSetCookie().map((text) => text.split(";")[0])
    .find((text) => text.includes("aerostack-notice="));
  assert.ok(notice !== undefined, "no notice");
  const { html } = await see(app, location, `${cookie}; ${notice}`);
  return /role="status"><span>([^<]*)</.exec(html)?.[1];
}

/** Takes back what a form did, by the form that its notice offers. */
export async function undo(
  app: RunningApp,
  { headers, location }: Answer,
  cookie: string,
): Promise<Answer> {
  const notice = headers.getSetCookie().map((text) => text.split(";")[0])
    .find((text) => text.includes("aerostack-notice="));
  const { html } = await see(app, location ?? "/", `${cookie}; ${notice}`);
  const bar = /<div class="notice-bar".*?<form method="post" action="([^"]+)">(.*?)<\/form>/s.exec(
    html,
  );
  assert.ok(bar !== null, "no undo");
  const fields = [...bar[2].matchAll(/name="([^"]*)" value="([^"]*)"/g)]
    .map(([, name, value]) => [plain(name), plain(value)]);
  return await send(app, bar[1], cookie, Object.fromEntries(fields));
}

function plain(html: string): string {
  return html.replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
