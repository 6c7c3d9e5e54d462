import { asGatewayError, GatewayError } from "../../../../../core/errors.ts";
import { readInput } from "../../../../../core/api/read_input.ts";
import { findingOf } from "../../../../../core/servers/connection_finding.ts";
import { TrialInput } from "../../../../../core/servers/connection_trial.ts";
import { define } from "../../../../../define.ts";

/**
 * Tries a server while it is typed, for the island of the form: what the form's own button does
 * where no scripts run.
 */
export const handler = define.handlers({
  async POST({ req, state: { services, admin } }) {
    if (admin === null) throw new GatewayError("unauthorized", "Cannot try a server: no admin");
    try {
      const input = await readInput(req, TrialInput);
      const report = await services.trials.run(admin, input, req.signal);
      const hasCredential = input.credential !== undefined;
      return Response.json({ finding: findingOf(report, { hasCredential }) });
    } catch (thrown) {
      const { status, publicMessage, field } = asGatewayError(thrown);
      if (status >= 500 && !req.signal.aborted) throw thrown;
      return Response.json({ problem: publicMessage, field: field ?? null }, { status });
    }
  },
});
