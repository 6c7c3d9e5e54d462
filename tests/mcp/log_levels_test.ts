import assert from "node:assert/strict";
import { LoggingLevelSchema } from "@modelcontextprotocol/sdk/types.js";
import { isAtLeast, isLogLevel, LOG_LEVELS } from "../../core/mcp/log_levels.ts";

Deno.test("LOG_LEVELS are those of the specification, least severe first", () => {
  assert.deepEqual([...LOG_LEVELS], LoggingLevelSchema.options);
  assert.ok(LOG_LEVELS.indexOf("debug") < LOG_LEVELS.indexOf("emergency"));
});

Deno.test("isLogLevel() knows the eight levels and nothing else", () => {
  for (const level of LOG_LEVELS) assert.ok(isLogLevel(level));
  for (const other of ["INFO", "warn", "", "length", 3, null, undefined]) {
    assert.equal(isLogLevel(other), false);
  }
});

Deno.test("isAtLeast() lets through what is as severe as was asked, and worse", () => {
  assert.ok(isAtLeast("warning", "warning"));
  assert.ok(isAtLeast("emergency", "warning"));
  assert.equal(isAtLeast("notice", "warning"), false);
  for (const level of LOG_LEVELS) assert.ok(isAtLeast(level, "debug"));
});

Deno.test("isAtLeast() lets a level through that nobody knows", () => {
  for (const level of ["loud", undefined, 7]) assert.ok(isAtLeast(level, "emergency"));
});
