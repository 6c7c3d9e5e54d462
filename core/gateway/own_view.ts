import { type Access, memberTarget } from "./authority.ts";

/** What one token alone sees otherwise than the others of its workspace. */
export interface OwnView {
  /** What its policy shows, as text. */
  policy: string;
  /**
   * How its holder reaches the servers that have secrets of each member's own, by slug:
   * changes with what they set; `null` while one is missing.
   */
  ways: ReadonlyMap<string, string | null>;
}

/** What a token sees in a snapshot, as it is there. Never rejects. */
export async function ownView(
  { snapshot, token: known }: Pick<Access, "snapshot" | "token">,
): Promise<OwnView> {
  const token = await snapshot.token(known.hash).catch(() => null) ?? known;
  const ways = new Map<string, string | null>();
  await Promise.all([...snapshot.servers.values()].map(async (server) => {
    const open = await snapshot.opened(server).catch(() => null);
    if (open === null || !open.isPerMember) return;
    const target = await memberTarget({ snapshot, token }, server).catch(() => null);
    ways.set(server.slug, target?.fingerprint ?? null);
  }));
  return { policy: JSON.stringify(token.policy), ways };
}

/** The slugs of servers that are reached otherwise than before. */
export function changedWays(before: OwnView, now: OwnView): string[] {
  return [...now.ways].filter(([slug, way]) => {
    return before.ways.has(slug) && before.ways.get(slug) !== way;
  }).map(([slug]) => slug);
}
