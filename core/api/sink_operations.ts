import { BODY_ERRORS, type Operation } from "./operation.ts";

/** Operations on sinks, to which the log is sent. */
export const SINK_OPERATIONS: readonly Operation[] = [
  {
    method: "GET",
    path: "/sinks",
    role: "viewer",
    summary: "List the sinks that the log is sent to, and how they do",
    answers: { 200: "SinkList" },
    errors: [],
  },
  {
    method: "POST",
    path: "/sinks",
    role: "admin",
    summary: "Have the log sent to an address, as OTLP or as JSON lines",
    body: "SinkInput",
    answers: { 201: "SinkView" },
    errors: [...BODY_ERRORS, "not_found", "conflict", "limit_reached"],
  },
  {
    method: "GET",
    path: "/sinks/{sink}",
    role: "viewer",
    summary: "Show a sink, by its name or id, and how it does",
    answers: { 200: "SinkView" },
    errors: ["not_found"],
  },
  {
    method: "PATCH",
    path: "/sinks/{sink}",
    role: "admin",
    summary: "Change a sink, from the next request to it on",
    body: "SinkChange",
    answers: { 200: "SinkView" },
    errors: [...BODY_ERRORS, "not_found", "conflict"],
  },
  {
    method: "DELETE",
    path: "/sinks/{sink}",
    role: "admin",
    summary: "Remove a sink; it gets no more of the log",
    answers: { 204: null },
    errors: ["not_found", "conflict"],
  },
  {
    method: "POST",
    path: "/sinks/{sink}/test",
    role: "admin",
    summary: "Send a sink one record that says it is a test, and report",
    answers: { 200: "SinkTestReport" },
    errors: ["not_found"],
  },
];
