import { addInstruments, type Instruments } from "./instruments.ts";
import { Metrics } from "./metrics.ts";
import { NO_TELEMETRY, type Telemetry } from "./telemetry.ts";

/** What requests are followed and counted by. */
export interface Observing {
  telemetry: Telemetry;
  metrics: Metrics;
  instruments: Instruments;
}

/** Begins to count, and has it exported where telemetry is on. */
export function beginObserving(telemetry: Telemetry = NO_TELEMETRY): Observing {
  const metrics = new Metrics();
  const instruments = addInstruments(metrics);
  telemetry.publish(metrics);
  return { telemetry, metrics, instruments };
}
