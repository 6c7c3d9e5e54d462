import type { JsonKind } from "./json_lexer.ts";

/** Stands in a path for every item of an array. */
export const EACH = Symbol("each");

/** The way from the root to a value: keys of objects, and {@linkcode EACH} item of arrays. */
export type JsonPath = readonly (string | typeof EACH)[];

/** What is looked at or changed at one place of a JSON text. */
export interface SpotActions {
  /** Hears that the value begins. */
  meet?(kind: JsonKind): void;
  /** Whether the member is left out of its object. */
  drop?(kind: JsonKind): boolean;
  /**
   * Gives another JSON text for a value that is no object and no array. One of more than
   * 64 KiB passes as it is.
   */
  map?(json: string): string;
  /** Members to add behind the last one of an object, such as `"a":1,"b":2`; may be empty. */
  tail?(): string;
}

/** A place and what is done there. */
export interface Spot extends SpotActions {
  path: JsonPath;
}

/** A place on the way to spots, as a tree. */
export interface Place {
  members: Map<string, Place>;
  each: Place | null;
  spot: SpotActions;
  /** Whether nothing in an object or array at this place matters. */
  isLast: boolean;
}

/** The tree of these spots, from the root of the text. */
export function placesOf(spots: readonly Spot[]): Place {
  const root = emptyPlace();
  for (const { path, ...actions } of spots) {
    const place = path.reduce(nextPlace, root);
    place.spot = { ...place.spot, ...actions };
    if (actions.tail !== undefined) place.isLast = false;
  }
  return root;
}

function nextPlace(place: Place, step: JsonPath[number]): Place {
  place.isLast = false;
  if (step === EACH) return place.each ??= emptyPlace();
  const next = place.members.get(step) ?? emptyPlace();
  place.members.set(step, next);
  return next;
}

function emptyPlace(): Place {
  return { members: new Map(), each: null, spot: {}, isLast: true };
}
