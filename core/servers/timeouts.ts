import { z } from "zod";

const RANGE = "must be 1 to 3600 seconds";
const Seconds = z.number().int(RANGE).min(1, RANGE).max(3600, RANGE);

/** How long a server may take, each in seconds. `null` = as long as the whole call. */
export const Timeouts = z.strictObject({
  /** Finding out how it speaks, opening a session, waiting for a free place. */
  connectSeconds: Seconds,
  /** From a request until the server says anything at all. */
  firstByteSeconds: Seconds.nullable(),
  /** Silence in the middle of an answer. */
  idleSeconds: Seconds.nullable(),
  /** One whole call, but for the time in which a person is asked something. */
  totalSeconds: Seconds,
});
export type Timeouts = z.infer<typeof Timeouts>;

/** What an admin says of timeouts; the rest stays as it is. */
export const TimeoutsChange = Timeouts.partial();
export type TimeoutsChange = z.infer<typeof TimeoutsChange>;

/** What holds when an admin says nothing. */
export const DEFAULT_TIMEOUTS: Timeouts = {
  connectSeconds: 10,
  firstByteSeconds: null,
  idleSeconds: null,
  totalSeconds: 300,
};

/** The timeouts with what a change names; what it leaves out stays. */
export function changeTimeouts(timeouts: Timeouts, change: TimeoutsChange = {}): Timeouts {
  return {
    connectSeconds: change.connectSeconds ?? timeouts.connectSeconds,
    firstByteSeconds: change.firstByteSeconds === undefined
      ? timeouts.firstByteSeconds
      : change.firstByteSeconds,
    idleSeconds: change.idleSeconds === undefined ? timeouts.idleSeconds : change.idleSeconds,
    totalSeconds: change.totalSeconds ?? timeouts.totalSeconds,
  };
}
