import type { Actor } from "../audit/actor.ts";
import { refusal } from "../errors.ts";
import { findServer } from "../servers/find_server.ts";
import type { ServerStore } from "../servers/server_store.ts";
import type { ReviewReport } from "./definition_change.ts";
import type { PinStore } from "./pin_store.ts";
import { reviewDefinitions } from "./review_definitions.ts";
import { allWaiting } from "./view_definitions.ts";

interface Deps {
  servers: ServerStore;
  pins: PinStore;
}

/** How many definitions are decided on in one commit. */
const PER_COMMIT = 100;

/**
 * Trusts or forgets everything that waits at a server, if that is still what was there when
 * `mark` was made. Throws `conflict` when it is not, and `not_found`.
 */
export async function reviewAll(
  deps: Deps,
  by: Actor,
  slug: string,
  { decision, mark }: { decision: "approve" | "dismiss"; mark: string },
): Promise<ReviewReport> {
  const server = await findServer(deps, slug);
  const pins = await deps.pins.read(server.id);
  const waiting = allWaiting(pins);
  if (waiting.mark !== mark) {
    throw refusal(
      "conflict",
      `What waits at server "${slug}" is not what it was when this page was made; look at it ` +
        "again and decide then.",
    );
  }

  const ids = waiting.all.map(({ fullId }) => fullId);
  return await reviewMany(deps, by, slug, { approve: [], dismiss: [], [decision]: ids });
}

/** Decides on any number of definitions by their ids. Throws what a review throws. */
export async function reviewMany(
  deps: Deps,
  by: Actor,
  slug: string,
  { approve, dismiss }: { approve: readonly string[]; dismiss: readonly string[] },
): Promise<ReviewReport> {
  const whole: ReviewReport = { approved: [], dismissed: [], waiting: 0 };
  for (let at = 0; at < Math.max(approve.length, dismiss.length, 1); at += PER_COMMIT) {
    const part = {
      approve: approve.slice(at, at + PER_COMMIT),
      dismiss: dismiss.slice(at, at + PER_COMMIT),
    };
    const report = await reviewDefinitions(deps, by, slug, part);
    whole.approved.push(...report.approved);
    whole.dismissed.push(...report.dismissed);
    whole.waiting = report.waiting;
  }
  return whole;
}
