import type { KnownDefinitions } from "../definitions/known_definitions.ts";
import { type Pin, pinKey, type PinnedKind } from "../definitions/pin.ts";
import type { PinStore } from "../definitions/pin_store.ts";
import { readPins } from "../definitions/view_definitions.ts";
import { visibleText } from "../definitions/visible_text.ts";
import { isReadOnly } from "../definitions/definition_hash.ts";
import type { ServerId } from "../ids.ts";
import type { JsonObject } from "../mcp/message.ts";
import { policyShows } from "../policies/tool_policy.ts";
import type { Install } from "./workspace.ts";

/** So many tools and prompts are looked at. */
export const MAX_PREVIEWED = 500;

/** So much of what a tool says of itself is shown. */
const MAX_DESCRIPTION = 200;

/**
 * What members are shown of a tool or prompt: it; it, although no admin has seen its newest
 * definition; nothing until an admin has; nothing.
 */
export type Showing = "shown" | "changed" | "held" | "hidden";

/** A tool or prompt of a server, and whether an install shows it. */
export interface PreviewedItem {
  kind: PinnedKind;
  /** The server's own name. */
  name: string;
  /** The beginning of what it says of itself. */
  description: string;
  /** Whether its server says that it changes nothing. */
  isReadOnly: boolean;
  showing: Showing;
}

/** What an install shows of what is known of its server. */
export interface InstallPreview {
  /** By kind and name; at most 500. */
  items: PreviewedItem[];
  /** How many tools and prompts are known. */
  known: number;
}

/**
 * What an install would show of the tools and prompts that were seen at its server, by their
 * newest definitions. Of one that was never listed nothing is known.
 */
export async function previewInstall(
  deps: { pins: PinStore; definitions: KnownDefinitions },
  server: ServerId,
  install: Pick<Install, "policy" | "onChange">,
): Promise<InstallPreview> {
  const { byKey } = await readPins(deps, server);
  const all = [...byKey.values()].sort((a, b) => orderOf(a) < orderOf(b) ? -1 : 1);
  const looked = all.slice(0, MAX_PREVIEWED);
  const places = looked.map((pin) => ({ pinKey: pinKey(pin.kind, pin.name), hash: newestOf(pin) }));
  const definitions = await deps.pins.definitions(server, places);
  return {
    items: looked.map((pin, at) => itemOf(pin, definitions[at] ?? {}, install)),
    known: all.length,
  };
}

function itemOf(
  pin: Pin,
  definition: JsonObject,
  install: Pick<Install, "policy" | "onChange">,
): PreviewedItem {
  const { kind, name } = pin;
  const { description } = definition;
  const item = { kind, name, isReadOnly: isReadOnly(definition) };
  const text = typeof description === "string" ? description : "";
  return {
    ...item,
    description: visibleText(text.slice(0, MAX_DESCRIPTION)),
    showing: showingOf(pin, item, install),
  };
}

function showingOf(
  { waiting }: Pin,
  { kind, name, isReadOnly }: Pick<PreviewedItem, "kind" | "name" | "isReadOnly">,
  { policy, onChange }: Pick<Install, "policy" | "onChange">,
): Showing {
  const item = { kind, own: name, isReadOnly, slug: null };
  if (policy !== null && !policyShows(policy, item)) return "hidden";
  if (waiting.length === 0) return "shown";
  return onChange === "hold" ? "held" : "changed";
}

/** What was seen last, as far as it is known. */
function newestOf({ approved, waiting }: Pin): string {
  return waiting.at(-1)?.hash ?? approved.at(-1) ?? "";
}

function orderOf({ kind, name }: Pin): string {
  return `${kind === "tool" ? 0 : 1} ${name}`;
}
