/** A piece of a text that is in both, or in one of two. */
export interface DiffPart {
  kind: "same" | "removed" | "added";
  text: string;
}

const WORDS = /\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu;

/** So many comparisons are made to find what moved; beyond them all of it counts as other. */
const MAX_CELLS = 100_000;

/** What differs between two texts, word by word. */
export function textDiff(before: string, after: string): DiffPart[] {
  const [old, now] = [before, after].map((text) => text.match(WORDS) ?? []);
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let end = 0;
  const shortest = Math.min(old.length, now.length) - start;
  while (end < shortest && old[old.length - 1 - end] === now[now.length - 1 - end]) end++;

  return joined([
    ...old.slice(0, start).map(same),
    ...middle(old.slice(start, old.length - end), now.slice(start, now.length - end)),
    ...old.slice(old.length - end).map(same),
  ]);
}

function same(text: string): DiffPart {
  return { kind: "same", text };
}

/** By the longest common subsequence of words. */
function middle(old: readonly string[], now: readonly string[]): DiffPart[] {
  const isTooMuch = old.length * now.length > MAX_CELLS;
  const lengths = isTooMuch ? null : commonLengths(old, now);
  const width = now.length + 1;
  const parts: DiffPart[] = [];
  let [at, to] = [0, 0];
  while (at < old.length || to < now.length) {
    const isSame = lengths !== null && at < old.length && to < now.length && old[at] === now[to];
    if (isSame) {
      parts.push(same(old[at++]));
      to++;
      continue;
    }
    const isRemoved = at < old.length && (to === now.length || lengths === null ||
      lengths[(at + 1) * width + to] >= lengths[at * width + to + 1]);
    if (isRemoved) parts.push({ kind: "removed", text: old[at++] });
    else parts.push({ kind: "added", text: now[to++] });
  }
  return parts;
}

/** How long the longest common subsequence is from each pair of places on. */
function commonLengths(old: readonly string[], now: readonly string[]): Uint32Array {
  const width = now.length + 1;
  const lengths = new Uint32Array((old.length + 1) * width);
  for (let at = old.length - 1; at >= 0; at--) {
    for (let to = now.length - 1; to >= 0; to--) {
      lengths[at * width + to] = old[at] === now[to]
        ? lengths[(at + 1) * width + to + 1] + 1
        : Math.max(lengths[(at + 1) * width + to], lengths[at * width + to + 1]);
    }
  }
  return lengths;
}

/** Neighbours of one kind are one part; what was removed stands before what was added. */
function joined(parts: readonly DiffPart[]): DiffPart[] {
  const out: DiffPart[] = [];
  let removed = "";
  let added = "";
  const flush = () => {
    if (removed !== "") out.push({ kind: "removed", text: removed });
    if (added !== "") out.push({ kind: "added", text: added });
    removed = added = "";
  };
  for (const { kind, text } of parts) {
    if (kind === "removed") removed += text;
    else if (kind === "added") added += text;
    else {
      flush();
      const last = out.at(-1);
      if (last?.kind === "same") last.text += text;
      else out.push({ kind, text });
    }
  }
  flush();
  return out;
}
