import assert from "node:assert/strict";
import fc from "fast-check";
import { mayAsk } from "../../core/mcp/client_capabilities.ts";
import { inputRequestsOf, inputResponsesOf } from "../../core/mcp/input_required.ts";

const EVERYTHING = { roots: {}, sampling: { tools: {} }, elicitation: { form: {}, url: {} } };

Deno.test("inputRequestsOf() gives each question under its key, with everything that is in it", () => {
  const inputRequests = {
    one: { method: "elicitation/create", params: { message: "m", unknown: 1 }, more: 2 },
    two: { method: "roots/list" },
  };

  assert.deepEqual(inputRequestsOf({ resultType: "input_required", inputRequests }), inputRequests);
});

Deno.test("inputRequestsOf() is empty where a server only wants to be asked again", () => {
  for (const inputRequests of [undefined, null, {}, [], "text", 7]) {
    assert.deepEqual(inputRequestsOf({ requestState: "s", inputRequests }), {});
  }
});

Deno.test("inputRequestsOf() makes of what cannot be understood a question that nobody may ask", () => {
  fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (inputRequests) => {
    const requests = inputRequestsOf({ inputRequests });

    assert.deepEqual(Object.keys(requests), Object.keys(inputRequests));
    for (const request of Object.values(requests)) {
      assert.equal(typeof request.method, "string");
      assert.notEqual(mayAsk(request, EVERYTHING), null);
    }
  }));
  const params = { broken: { method: "roots/list", params: [1] } };
  assert.deepEqual(inputRequestsOf({ inputRequests: params }), {
    broken: { method: "roots/list" },
  });
});

Deno.test("inputRequestsOf() asks a hundred questions and no more", () => {
  const many = Object.fromEntries(
    Array.from({ length: 150 }, (_, index) => [`q${index}`, { method: "roots/list" }]),
  );

  assert.equal(Object.keys(inputRequestsOf({ inputRequests: many })).length, 100);
});

Deno.test("inputResponsesOf() gives the answers that are objects, under their keys", () => {
  const inputResponses = { one: { action: "accept" }, two: null, three: [1], four: {} };

  assert.deepEqual(inputResponsesOf({ inputResponses }), { one: { action: "accept" }, four: {} });
  for (const strange of [undefined, null, [], "text"]) {
    assert.deepEqual(inputResponsesOf({ inputResponses: strange }), {});
  }
  assert.deepEqual(inputResponsesOf(undefined), {});
});
