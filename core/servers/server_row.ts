import type { ServerId } from "../ids.ts";
import type { Slug } from "../slug.ts";
import type { Disabling } from "./disabling.ts";
import type { ServerHealthView } from "./server_health.ts";

/** A server as a long list shows it. */
export interface ServerRow {
  id: ServerId;
  slug: Slug;
  name: string;
  url: string;
  disabled: Disabling | null;
  health: ServerHealthView;
  /** How many of its tools are known; `null` before it was listed. */
  tools: number | null;
  /** How many changed or new definitions no admin has approved. */
  changesWaiting: number;
  createdAt: string;
}
