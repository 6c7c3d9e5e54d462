import { z } from "zod";
import { quote } from "../quote.ts";

/** What became of a master key: sealing, on its way out, needed no more, or of unknown origin. */
export const KeyState = z.enum(["in use", "retiring", "retired", "unknown"]);
export type KeyState = z.infer<typeof KeyState>;

/** A master key, by its id; never the key. */
export const KeyUse = z.object({
  id: z.string(),
  /** Whether the process that answers has it, and seals with it. */
  isLoaded: z.boolean(),
  isPrimary: z.boolean(),
  state: KeyState,
  /** How many stored records are sealed under it. */
  sealed: z.number().int(),
  /** Whether it can be taken out of `AEROSTACK_MASTER_KEYS`. */
  isRemovable: z.boolean(),
  /** Until when client sessions may be open that end with it; `null` when there are none. */
  sessionsUntil: z.string().nullable(),
});
export type KeyUse = z.infer<typeof KeyUse>;

/** The master keys of the gateway, and how far a rotation is. */
export const KeyReport = z.object({
  keys: z.array(KeyUse),
  /** Whether the process that answers is sealing records again. */
  isRotating: z.boolean(),
  /** Records that cannot be opened with the keys at hand; at most 20. */
  unreadable: z.array(z.string()),
  /** What to do now, in words. */
  next: z.array(z.string()),
});
export type KeyReport = z.infer<typeof KeyReport>;

/** What to do now, for an admin who wants to be rid of the other keys. */
export function nextSteps(
  { keys, isRotating, unreadable }: Omit<KeyReport, "next">,
  lastChosenId: string | null,
): string[] {
  const primary = keys.find((key) => key.isPrimary);
  if (primary === undefined) return [];
  if (lastChosenId !== null && lastChosenId !== primary.id) {
    return [
      `This process seals with ${quote(primary.id)}, another was started later with ` +
      `${quote(lastChosenId)} first: restart all with the same AEROSTACK_MASTER_KEYS.`,
    ];
  }

  const steps = keys.filter((key) => !key.isPrimary).flatMap((key) => stepsFor(key, isRotating));
  if (unreadable.length > 0) {
    steps.push(
      "Some records cannot be opened. Start with the key that they are sealed under, or set " +
        "these secrets anew; until then no other key can be removed.",
    );
  }
  if (steps.length > 0) return steps;
  return [
    `Nothing to do: everything is sealed under ${quote(primary.id)}. For another key, put it ` +
    "first in AEROSTACK_MASTER_KEYS, before this one, restart every process, and run: " +
    "aerostack keys rotate",
  ];
}

function stepsFor(key: KeyUse, isRotating: boolean): string[] {
  const id = quote(key.id);
  if (key.state === "in use") {
    return [
      `${id} still seals or opens ${records(key.sealed)}: once every process was restarted, ` +
      "run: aerostack keys rotate",
    ];
  }
  if (key.state === "retired" && key.isLoaded) {
    const until = key.sessionsUntil;
    return [
      `${id} can be taken out of AEROSTACK_MASTER_KEYS, at the next restart.` +
      (until === null ? "" : ` Before ${until} this ends client sessions that began under it; ` +
        "editors begin new ones by themselves."),
    ];
  }
  if (key.state !== "retiring" && key.sealed === 0) return [];
  return isRotating
    ? [`${records(key.sealed)} under ${id} to be sealed again; keep the key until then.`]
    : [`${records(key.sealed)} under ${id} to be sealed again: run: aerostack keys rotate`];
}

function records(amount: number): string {
  return `${amount} ${amount === 1 ? "record" : "records"}`;
}
