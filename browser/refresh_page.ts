import { morph } from "./morph.ts";

/** For how long a row is marked as new. */
const NEW_MS = 3_000;

/** What became of bringing a page up to date. */
export type Refreshed = "done" | "signed_out" | "gone" | "failed";

/** Fetches the page again and brings every `[data-live]` of it up to date. */
export async function refreshPage(signal: AbortSignal): Promise<Refreshed> {
  let text: string;
  try {
    // The header says that nobody reads the page as a whole: what is said once is not used up.
    const headers = { "x-live": "1", accept: "text/html" };
    const response = await fetch(location.href, { headers, signal, cache: "no-store" });
    const isSignIn = response.redirected && new URL(response.url).pathname === "/sign-in";
    if (isSignIn || response.status === 401) return "signed_out";
    if (response.status === 403 || response.status === 404) return "gone";
    if (!response.ok) return "failed";
    text = await response.text();
  } catch {
    return "failed";
  }
  if (!signal.aborted) show(new DOMParser().parseFromString(text, "text/html"));
  return "done";
}

function show(page: Document): void {
  for (const region of document.querySelectorAll<HTMLElement>("[data-live]")) {
    const id = CSS.escape(region.dataset.live ?? "");
    const next = page.querySelector(`[data-live="${id}"]`);
    if (next !== null) mark(morph(region, next));
  }
}

/** Has the new rows stand out for a moment. */
function mark(rows: readonly Element[]): void {
  for (const row of rows) row.setAttribute("data-new", "");
  setTimeout(() => rows.forEach((row) => row.removeAttribute("data-new")), NEW_MS);
}
