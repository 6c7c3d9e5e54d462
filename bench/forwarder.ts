/**
 * The yardstick: reads the body, fetches, streams the answer back. It checks no
 * token, opens no secret and writes no record.
 */
const upstream = new URL(Deno.args[0] ?? "");

const PASSED_ON = [
  "accept",
  "content-type",
  "mcp-method",
  "mcp-name",
  "mcp-protocol-version",
  "mcp-session-id",
];
const PASSED_BACK = ["content-type", "mcp-session-id"];

Deno.serve({
  hostname: "127.0.0.1",
  port: 0,
  onListen: ({ port }) => console.log(`ready on http://127.0.0.1:${port}`),
}, async (request) => {
  const body = await request.text();
  const headers = pick(request.headers, PASSED_ON);
  const answer = await fetch(upstream, { method: "POST", headers, body });
  return new Response(answer.body, {
    status: answer.status,
    headers: pick(answer.headers, PASSED_BACK),
  });
});

function pick(from: Headers, names: readonly string[]): [string, string][] {
  const found: [string, string][] = [];
  for (const name of names) {
    const value = from.get(name);
    if (value !== null) found.push([name, value]);
  }
  return found;
}
