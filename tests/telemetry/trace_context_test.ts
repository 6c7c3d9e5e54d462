import assert from "node:assert/strict";
import {
  parseTraceparent,
  traceContextOf,
  traceparentOf,
  withTrace,
} from "../../core/telemetry/trace_context.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";
const GOOD = `00-${TRACE}-${SPAN}-01`;

Deno.test("a traceparent of version 00 is read, and of later versions what is known of them", () => {
  const expected = { traceId: TRACE, spanId: SPAN, traceFlags: 1 };

  assert.deepEqual(parseTraceparent(GOOD), expected);
  assert.deepEqual(parseTraceparent(`cc-${TRACE}-${SPAN}-01`), expected);
  assert.deepEqual(parseTraceparent(`cc-${TRACE}-${SPAN}-01-what-comes`), expected);
  assert.equal(traceparentOf(expected), GOOD);
});

Deno.test("what is no traceparent is none", () => {
  const none = [
    undefined,
    null,
    7,
    "",
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01-more`,
    `cc-${TRACE}-${SPAN}-01.more`,
    `00-${"0".repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE.slice(1)}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-1`,
    `${GOOD}, ${GOOD}`,
    ` ${GOOD}`,
  ];

  for (const value of none) assert.equal(parseTraceparent(value), null, String(value));
});

Deno.test("a message's own trace goes before the header's, each with its own tracestate", () => {
  const headers = new Headers({ traceparent: GOOD, tracestate: "header=1" });
  const named = { _meta: { traceparent: GOOD, tracestate: "meta=1" } };
  const parent = { traceId: TRACE, spanId: SPAN, traceFlags: 1 };

  assert.deepEqual(traceContextOf(named, headers), { parent, tracestate: "meta=1" });
  assert.deepEqual(traceContextOf({ _meta: { traceparent: GOOD } }, headers), {
    parent,
    tracestate: null,
  });
  const malformed = { _meta: { traceparent: "00-x", tracestate: "meta=1" } };
  assert.deepEqual(traceContextOf(malformed, headers), { parent: null, tracestate: "header=1" });
  assert.deepEqual(traceContextOf(undefined, headers), { parent: null, tracestate: "header=1" });
});

Deno.test("a tracestate without a good traceparent, or beyond its limits, is dropped", () => {
  const alone = new Headers({ tracestate: "header=1" });
  const members = (count: number) => Array.from({ length: count }, (_, at) => `k${at}=1`).join(",");
  const stateOf = (tracestate: unknown) =>
    traceContextOf({ _meta: { traceparent: GOOD, tracestate } }, new Headers()).tracestate;

  assert.deepEqual(traceContextOf({}, alone), { parent: null, tracestate: null });
  const broken = new Headers({ traceparent: "00-x", tracestate: "header=1" });
  assert.deepEqual(traceContextOf({}, broken), { parent: null, tracestate: null });
  assert.equal(stateOf(members(32)), members(32));
  for (const bad of [members(33), `k=${"v".repeat(511)}`, "k=\u00e4", "k=\n", "", 7]) {
    assert.equal(stateOf(bad), null, String(bad));
  }
});

Deno.test("a trace takes the place of the one before in _meta, and leaves the rest as it is", () => {
  const params = { name: "echo", _meta: { traceparent: "old", tracestate: "old=1", "x/y": [1] } };

  assert.deepEqual(withTrace(params, { traceparent: GOOD, tracestate: null }), {
    name: "echo",
    _meta: { "x/y": [1], traceparent: GOOD },
  });
  assert.deepEqual(withTrace(undefined, { traceparent: GOOD, tracestate: "a=1" }), {
    _meta: { traceparent: GOOD, tracestate: "a=1" },
  });
  assert.deepEqual(params._meta.traceparent, "old");
});
