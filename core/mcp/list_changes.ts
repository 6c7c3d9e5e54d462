import type { RpcNotification } from "./message.ts";

/** The lists that can be told to have changed; templates change with their resources. */
export const CHANGEABLE = ["tools", "prompts", "resources"] as const;
export type Changeable = typeof CHANGEABLE[number];

/** The field of a filter that asks for the changes of a list (2026-07-28, Subscriptions). */
export const WISHES = {
  tools: "toolsListChanged",
  prompts: "promptsListChanged",
  resources: "resourcesListChanged",
} as const;

/** All of these fields. */
export const WISHED = Object.values(WISHES);

/** Which list a notification says has changed; `null` for any other notification. */
export function listOfChange(method: string): Changeable | null {
  return CHANGEABLE.find((list) => method === methodOf(list)) ?? null;
}

/** Tells a client that a list has changed. */
export function changeOf(list: Changeable): RpcNotification {
  return { jsonrpc: "2.0", method: methodOf(list) };
}

function methodOf(list: Changeable): string {
  return `notifications/${list}/list_changed`;
}
