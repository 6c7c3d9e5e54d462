import { createHash } from "node:crypto";
import type { ServerId } from "../ids.ts";
import type { InstallStore } from "../workspaces/install_store.ts";
import type { WorkspaceStore } from "../workspaces/workspace_store.ts";
import { type Waiting, waitingIn } from "./definition_change.ts";
import {
  type DefinitionText,
  definitionText,
  fieldDiffs,
  type WaitingView,
} from "./definition_view.ts";
import type { KnownDefinitions } from "./known_definitions.ts";
import { NO_PINS, type Pin, pinKey, type PinnedKind, type Pins } from "./pin.ts";
import type { PinStore } from "./pin_store.ts";

interface Deps {
  pins: PinStore;
}

/** How a tool or prompt stands: trusted as it is, trusted in another form, or not at all. */
export type DefinitionState = "trusted" | "changed" | "new";

/** A tool or prompt that a server was seen to have. */
export interface DefinitionRow {
  kind: PinnedKind;
  name: string;
  state: DefinitionState;
  /** Since when another definition waits; `null` when none does. */
  since: string | null;
  /** How many definitions of it wait. */
  waiting: number;
  /** Which definition is shown: the trusted one, and where there is none, the newest. */
  hash: string;
}

/** Where definitions that wait are held, and where they are shown all the same. */
export interface Holding {
  held: readonly string[];
  shown: readonly string[];
}

/** What was made of pins, as long as these are what is known. */
const known = new WeakMap<Pins, {
  rows?: DefinitionRow[];
  texts?: Promise<SearchTexts>;
  waiting?: { all: Waiting[]; mark: string };
}>();

/** The texts by which each row is found. */
type SearchTexts = ReadonlyMap<DefinitionRow, string>;

/** The pins of a server as they are now: out of memory, where they are known still. */
export async function readPins(
  { pins, definitions }: { pins: PinStore; definitions: KnownDefinitions },
  server: ServerId,
): Promise<Pins> {
  const { revision } = (await pins.heads([server])).get(server) ?? NO_PINS;
  return await definitions.pinsOf(server, revision);
}

/** All tools and prompts of a server by name, tools first. */
export function definitionRows(pins: Pins): readonly DefinitionRow[] {
  const made = knownOf(pins);
  made.rows ??= [...pins.byKey.values()].flatMap((pin) => rowOf(pin) ?? []).sort(inOrder);
  return made.rows;
}

function knownOf(pins: Pins) {
  const made = known.get(pins) ?? {};
  known.set(pins, made);
  return made;
}

function rowOf({ kind, name, approved, waiting }: Pin): DefinitionRow | null {
  const trusted = approved.at(-1);
  const hash = trusted ?? waiting.at(-1)?.hash;
  if (hash === undefined) return null;
  const state = waiting.length === 0 ? "trusted" : trusted === undefined ? "new" : "changed";
  const [first] = waiting;
  return { kind, name, state, since: first?.seenAt ?? null, waiting: waiting.length, hash };
}

function inOrder(a: DefinitionRow, b: DefinitionRow): number {
  if (a.kind !== b.kind) return a.kind === "tool" ? -1 : 1;
  return a.name < b.name ? -1 : 1;
}

/** What each row's definition says; `null` where it is not kept. */
export async function readDefinitionTexts(
  { pins }: Deps,
  server: ServerId,
  rows: readonly DefinitionRow[],
): Promise<(DefinitionText | null)[]> {
  const items = await pins.definitions(
    server,
    rows.map(({ kind, name, hash }) => ({ pinKey: pinKey(kind, name), hash })),
  );
  return items.map((item) => item === null ? null : definitionText(item));
}

/** So much of a description is searched. */
const SEARCHED_CHARS = 2_000;

/** The name, title and description of each row; read once for as long as nothing changes. */
export function readSearchTexts(deps: Deps, server: ServerId, pins: Pins): Promise<SearchTexts> {
  const made = knownOf(pins);
  made.texts ??= searchTexts(deps, server, definitionRows(pins));
  made.texts.catch(() => made.texts = undefined);
  return made.texts;
}

async function searchTexts(
  { pins }: Deps,
  server: ServerId,
  rows: readonly DefinitionRow[],
): Promise<SearchTexts> {
  const items = await pins.definitions(
    server,
    rows.map(({ kind, name, hash }) => ({ pinKey: pinKey(kind, name), hash })),
  );
  return new Map(rows.map((row, at) => {
    const { title = "", description = "" } = items[at] ?? {};
    const texts = [row.name, String(title), String(description).slice(0, SEARCHED_CHARS)];
    return [row, texts.join("\n").toLowerCase()];
  }));
}

/** Definitions that wait, with what differs from those that are trusted. */
export async function viewWaiting(
  { pins }: Deps,
  server: ServerId,
  waiting: readonly Waiting[],
): Promise<WaitingView[]> {
  const items = await pins.definitions(
    server,
    waiting.flatMap(({ pin, change }) => {
      const key = pinKey(pin.kind, pin.name);
      return [
        { pinKey: key, hash: pin.approved.at(-1) ?? "" },
        { pinKey: key, hash: change.hash },
      ];
    }),
  );
  return waiting.map(({ id, fullId, pin, change }, at) => {
    const [before, after] = [items[2 * at], items[2 * at + 1]];
    return {
      id,
      fullId,
      kind: pin.kind,
      name: pin.name,
      change: change.change,
      seenAt: change.seenAt,
      ...fieldDiffs(change.change === "added" ? null : before, after),
      text: definitionText(after ?? {}),
    };
  });
}

/** All that waits, and one text for it that is another one as soon as anything else does. */
export function allWaiting(pins: Pins): { all: readonly Waiting[]; mark: string } {
  const made = knownOf(pins);
  made.waiting ??= markedWaiting(pins);
  return made.waiting;
}

function markedWaiting(pins: Pins): { all: Waiting[]; mark: string } {
  const all = waitingIn(pins);
  const ids = all.map(({ fullId }) => fullId).sort();
  return { all, mark: createHash("sha256").update(ids.join(" ")).digest("hex") };
}

/** What becomes of a server's definitions that wait, by the slugs of its workspaces. */
export async function readHolding(
  { installs, workspaces }: { installs: InstallStore; workspaces: WorkspaceStore },
  server: ServerId,
): Promise<Holding> {
  const all = await installs.listInstalls(server);
  const known = await workspaces.getMany(all.map(({ workspaceId }) => workspaceId));
  const slugs = new Map(known.map(({ id, slug }) => [id, slug]));
  const slugsOf = (onChange: "hold" | "warn") =>
    all.filter((install) => install.onChange === onChange)
      .flatMap(({ workspaceId }) => slugs.get(workspaceId) ?? []).sort();
  return { held: slugsOf("hold"), shown: slugsOf("warn") };
}
