/**
 * What the conformance suite starts as "the client under test".
 *
 * It hands over what it was told to the test, which makes a gateway use the suite's server,
 * and ends when that is done. It loads nothing, so that it starts at once.
 */
const { scenario, revision, context, test } = {
  scenario: Deno.env.get("MCP_CONFORMANCE_SCENARIO"),
  revision: Deno.env.get("MCP_CONFORMANCE_PROTOCOL_VERSION"),
  context: JSON.parse(Deno.env.get("MCP_CONFORMANCE_CONTEXT") ?? "null"),
  test: Deno.env.get("CONFORMANCE_TEST_URL") ?? "",
};
const body = JSON.stringify({ scenario, revision, context, serverUrl: Deno.args[0] });

const answer = await fetch(test, { method: "POST", body });
if (!answer.ok) throw new Error(await answer.text());
