import type { ListComparing } from "../../core/upstream/list_cache.ts";

/** Compares lists with nothing: for tests of what else becomes of them. */
export const NO_COMPARING: ListComparing = { compare: () => Promise.resolve(0) };
