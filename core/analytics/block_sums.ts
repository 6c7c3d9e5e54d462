import { OTHER_TOOLS } from "./report.ts";
import type { BlockRows, MemberName, ToolName } from "./block_rows.ts";
import { addSums, noSums, type Sums } from "./sums.ts";
import type { HourRow } from "./hour_rows.ts";

/** Bounds of a block. After so many tools of a member, pairs and tools, the rest share one. */
export interface BlockLimits {
  memberTools: number;
  pairs: number;
  tools: number;
  /** An hour with no more than so many rows for each member, or tool, is read by its rows. */
  fewRows: number;
}

export const BLOCK_LIMITS: BlockLimits = {
  memberTools: 500,
  pairs: 50_000,
  tools: 10_000,
  fewRows: 2,
};

/**
 * Adds the rows of hours up to those of a longer block.
 *
 * What comes out depends on the rows and their order alone: the hours in theirs, and of each
 * the rows in theirs.
 */
export class BlockSums {
  readonly #limits: BlockLimits;
  readonly #total = noSums();
  readonly #members = new Map<
    string,
    { name: MemberName; sums: Sums; at: number; tools: number }
  >();
  readonly #tools = new Map<string, { name: ToolName; sums: Sums; at: number }>();
  readonly #pairs = new Map<string, { member: number; tool: number; sums: Sums }>();

  constructor(limits: BlockLimits = BLOCK_LIMITS) {
    this.#limits = limits;
  }

  /** All of it together. */
  get total(): Sums {
    return this.#total;
  }

  /** Adds what an hour counted under one name. */
  add({ sums, ...row }: HourRow): void {
    const { tokenId, person, email, serverId, server, method } = row;
    const member = this.#member({ tokenId, person, email });
    const tool = this.#tool(member, { serverId, server, method, tool: row.tool });

    for (const each of [this.#total, member.sums, tool.sums]) addSums(each, sums);
    addSums(this.#pair(member, tool).sums, sums);
  }

  /** All rows, in the order in which they came. */
  rows(): BlockRows {
    return {
      members: [...this.#members.values()],
      tools: [...this.#tools.values()],
      pairs: [...this.#pairs.values()],
    };
  }

  #member(name: MemberName) {
    const text = JSON.stringify(name);
    const known = this.#members.get(text);
    if (known !== undefined) return known;
    const member = { name, sums: noSums(), at: this.#members.size, tools: 0 };
    this.#members.set(text, member);
    return member;
  }

  /** The tool itself, or the one for the tools too many. */
  #tool(member: { at: number; tools: number }, name: ToolName): { at: number; sums: Sums } {
    const other = { ...name, tool: OTHER_TOOLS };
    const known = this.#tools.get(JSON.stringify(name));
    if (name.tool === OTHER_TOOLS) return known ?? this.#newTool(name);
    if (known !== undefined && this.#pairs.has(pairText(member, known))) return known;

    const { memberTools, pairs, tools } = this.#limits;
    const isFull = member.tools >= memberTools || this.#pairs.size >= pairs ||
      (known === undefined && this.#tools.size >= tools);
    if (isFull) return this.#tool(member, other);
    member.tools++;
    return known ?? this.#newTool(name);
  }

  #newTool(name: ToolName) {
    const tool = { name, sums: noSums(), at: this.#tools.size };
    this.#tools.set(JSON.stringify(name), tool);
    return tool;
  }

  #pair(member: { at: number }, tool: { at: number }) {
    const text = pairText(member, tool);
    const known = this.#pairs.get(text);
    if (known !== undefined) return known;
    const pair = { member: member.at, tool: tool.at, sums: noSums() };
    this.#pairs.set(text, pair);
    return pair;
  }
}

function pairText(member: { at: number }, tool: { at: number }): string {
  return `${member.at} ${tool.at}`;
}
