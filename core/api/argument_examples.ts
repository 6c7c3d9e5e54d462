/** How a workspace is told to keep the arguments of its calls. */
export const ARGUMENT_LOGGING_EXAMPLE = { maxBytes: 4_096, redact: ["*.email", "customer.*"] };

/** What is kept of the arguments of a call. */
export const CALL_ARGUMENTS_EXAMPLE = {
  id: "000000000000a1b20000-0",
  arguments: { query: "orders of May", apiKey: "[redacted]" },
};
