import type { Attributes, AttributeValue, Span, SpanStatus, Tracer } from "@opentelemetry/api";

/**
 * What Deno says of requests that may hold a secret: addresses, in which keys of servers,
 * one-time links and codes travel, and errors, which repeat an address.
 */
const UNSAID: readonly string[] = [
  "exception.message",
  "exception.stacktrace",
  "http.target",
  "http.url",
  "url.full",
  "url.path",
  "url.query",
];

/**
 * Has no span of this process say an address, or what an error says.
 *
 * Deno makes spans of its own for what is served and fetched, and has no setting for what
 * they say. Attributes can only be added, so they are kept out where they come in.
 */
export function redactSpans(tracer: Tracer): void {
  const prototype: Span = Object.getPrototypeOf(tracer.startSpan("probe"));
  const { setAttribute, setAttributes, setStatus } = prototype;

  prototype.setAttribute = function (this: Span, key: string, value: AttributeValue) {
    return UNSAID.includes(key) ? this : setAttribute.call(this, key, value);
  };
  prototype.setAttributes = function (this: Span, attributes: Attributes) {
    const said = Object.entries(attributes).filter(([key]) => !UNSAID.includes(key));
    return setAttributes.call(this, Object.fromEntries(said));
  };
  prototype.setStatus = function (this: Span, { code }: SpanStatus) {
    return setStatus.call(this, { code });
  };
  prototype.recordException = function (this: Span) {};
}
