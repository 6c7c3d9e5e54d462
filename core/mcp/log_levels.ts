/** The levels of RFC 5424 by the names that MCP gives them, least severe first. */
export const LOG_LEVELS = [
  "debug",
  "info",
  "notice",
  "warning",
  "error",
  "critical",
  "alert",
  "emergency",
] as const;

/** How severe a log message is. */
export type LogLevel = typeof LOG_LEVELS[number];

/** Whether a value names a log level. */
export function isLogLevel(value: unknown): value is LogLevel {
  return LOG_LEVELS.some((level) => level === value);
}

/**
 * Whether a message is severe enough for who asked for `threshold` and worse.
 *
 * A level that is none of the eight passes: to drop it would be to guess.
 */
export function isAtLeast(level: unknown, threshold: LogLevel): boolean {
  if (!isLogLevel(level)) return true;
  return LOG_LEVELS.indexOf(level) >= LOG_LEVELS.indexOf(threshold);
}
