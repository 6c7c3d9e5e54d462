/** Making one for each number would cost more than the rest of a page with charts. */
const GROUPED = new Intl.NumberFormat("en-US");

/** A duration as people read it: `0.4 ms`, `180 ms`, `2.3 s`, `4 min 10 s`. */
export function spokenDuration(durationMs: number): string {
  if (durationMs < 9.95) return `${Number(durationMs.toFixed(1))} ms`;
  if (durationMs < 999.5) return `${Math.round(durationMs)} ms`;
  if (durationMs < 59_950) return `${Number((durationMs / 1_000).toFixed(1))} s`;
  const seconds = Math.round(durationMs / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A size as people read it: `840 B`, `12.3 kB`, `1.4 GB`. */
export function spokenBytes(bytes: number): string {
  let size = bytes;
  for (const unit of ["B", "kB", "MB", "GB"]) {
    if (size < 999.5) {
      return `${Number(size.toFixed(unit === "B" || size >= 99.95 ? 0 : 1))} ${unit}`;
    }
    size /= 1_000;
  }
  return `${grouped(Number(size.toFixed(1)))} TB`;
}

/** A number as people read it: `12,345`. */
export function grouped(number: number): string {
  return GROUPED.format(number);
}

/** A number with its noun: `1 call`, `2,000 calls`. */
export function counted(number: number, noun: string): string {
  return `${grouped(number)} ${noun}${number === 1 ? "" : "s"}`;
}
