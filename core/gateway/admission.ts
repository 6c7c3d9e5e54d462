import type { Reason } from "../calls/call.ts";
import { factsOf } from "../definitions/definition_hash.ts";
import type { KnownDefinitions } from "../definitions/known_definitions.ts";
import type { JsonObject } from "../mcp/message.ts";
import { addressOf, type ListKind } from "../mcp/methods.ts";
import type { ListCache } from "../upstream/list_cache.ts";
import type { KnownName, NamedKind } from "../upstream/name_index.ts";
import { targetFor } from "../upstream/request_headers.ts";
import type { Target } from "../upstream/upstream.ts";
import type { Access } from "./authority.ts";
import type { Incoming } from "./incoming.ts";
import { exposedIn, namedKindOf } from "./known_names.ts";
import { rulesOf, Visibility } from "./visibility.ts";

/** What deciding on a request needs. */
export interface AdmissionDeps {
  lists: ListCache;
  definitions: KnownDefinitions;
}

/** A request names something that its member is not shown. */
export class NotShown extends Error {
  override name = "NotShown";
  /** For the record; whoever asks is not told the difference. */
  readonly reason: HiddenReason;

  constructor(reason: HiddenReason = "hidden_or_unknown") {
    super("Not shown");
    this.reason = reason;
  }
}

/** Why something is not shown. */
export type HiddenReason = Extract<Reason, "hidden_or_unknown" | "definition_held">;

/** What a member is shown of a server; `null` = everything. */
export async function visibilityOf(
  { definitions }: Pick<AdmissionDeps, "definitions">,
  access: Access,
  { id, slug }: Pick<Target, "id" | "slug">,
): Promise<Visibility | null> {
  const rules = rulesOf(access, slug);
  if (rules === null) return null;
  const { pinRevision } = rules;
  const pins = pinRevision === null ? null : await definitions.pinsOf(id, pinRevision);
  return new Visibility(rules, pins);
}

/**
 * Lets a request for one server pass whose member is shown what it names.
 *
 * Of a tool or a prompt only its server's list tells: a name that is not on it reads the
 * same as one that is hidden, and takes the same way. Throws {@linkcode NotShown}, and
 * `upstream_failed` and `upstream_timeout`, which name the server, when the list cannot be read.
 */
export async function admit(
  deps: AdmissionDeps,
  incoming: Incoming,
  target: Target,
  item: string,
): Promise<void> {
  const { access, request } = incoming;
  const visibility = await visibilityOf(deps, access, target);
  if (visibility === null) return;
  const kind = namedKindOf(incoming);
  if (kind === null) {
    if (namesUri(request.method) && !visibility.showsUri(item)) throw new NotShown();
    return;
  }

  const { names } = deps.lists;
  const { caller, scope: { naming } } = incoming;
  const reached = targetFor(target, caller);
  const find = () => names.find(reached, kind, naming, exposedIn(incoming, item));
  const isCurrent = names.isCurrent(reached, kind, visibility.pinRevision);
  if (isCurrent && shows(visibility, kind, find() ?? null)) return;

  await readList(deps, incoming, target, kind, visibility.pinRevision);
  const renewed = await visibilityOf(deps, access, target);
  if (renewed !== null) check(renewed, kind, find() ?? null);
}

/** The own keys of a list's entries that a member is shown; `null` = all of them. */
export async function shownKeys(
  deps: Pick<AdmissionDeps, "definitions">,
  access: Access,
  target: Target,
  kind: ListKind,
  items: readonly JsonObject[],
): Promise<ReadonlySet<string> | null> {
  const visibility = await visibilityOf(deps, access, target);
  return visibility === null ? null : visibility.shownKeys(kind, items, factsOf(items));
}

/**
 * Compares a page of a list with the definitions that are pinned.
 *
 * Trust begins with a whole list, so where it has not begun and definitions are held, the
 * whole list is read first.
 */
export async function comparePage(
  { lists, definitions }: AdmissionDeps,
  { request, access, caller, signal }: Incoming,
  target: Target,
  { kind, items, result }: { kind: ListKind; items: readonly JsonObject[]; result: JsonObject },
): Promise<void> {
  const isWhole = request.params?.cursor === undefined && result.nextCursor === undefined;
  await definitions.compare(target, kind, items, isWhole);
  const isHeld = (rulesOf(access, target.slug)?.pinRevision ?? null) !== null;
  if (!isHeld || definitions.hasBegun(target.id, kind)) return;
  await lists.list({ target, caller, kind, signal });
}

/** Throws {@linkcode NotShown} for a tool or prompt that is not what was let in any more. */
export async function checkShown(
  deps: AdmissionDeps,
  incoming: Incoming,
  target: Target,
  known: KnownName,
): Promise<void> {
  const kind = namedKindOf(incoming);
  if (kind === null) return;
  const visibility = await visibilityOf(deps, incoming.access, target);
  if (visibility !== null) check(visibility, kind, known);
}

function check(visibility: Visibility, kind: NamedKind, known: KnownName | null): void {
  if (shows(visibility, kind, known)) return;
  const isHeld = known !== null && visibility.isHeld(itemKindOf(kind), known.own, known.facts);
  throw new NotShown(isHeld ? "definition_held" : "hidden_or_unknown");
}

/** Whether requests of this method name a resource or a template. */
export function namesUri(method: string): boolean {
  const kind = addressOf(method);
  return kind === "resource" || kind === "completion";
}

function shows(visibility: Visibility, kind: NamedKind, known: KnownName | null): boolean {
  if (known === null) return false;
  return visibility.showsNamed(itemKindOf(kind), known.own, known.facts);
}

function itemKindOf(kind: NamedKind): "tool" | "prompt" {
  return kind === "tools" ? "tool" : "prompt";
}

/** Reads a server's list, from memory where that is good and as new as the pins. */
async function readList(
  { lists }: AdmissionDeps,
  { caller, signal }: Incoming,
  target: Target,
  kind: NamedKind,
  pinRevision: number | null,
): Promise<void> {
  const { names } = lists;
  const reached = targetFor(target, caller);
  if (names.isOlderThan(reached, kind, pinRevision)) lists.forget(target.id, kind);
  const { items, pinRevision: listedAt } = await lists.list({ target, caller, kind, signal });
  if (names.isCurrent(reached, kind, null)) return;
  names.remember(reached, kind, items, listedAt);
}
