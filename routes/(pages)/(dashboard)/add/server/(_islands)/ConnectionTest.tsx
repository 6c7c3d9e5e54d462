import { useEffect, useState } from "preact/hooks";
import type { ConnectionFinding } from "../../../../../../core/servers/connection_finding.ts";
import ConnectionResult from "../../../../../../browser/ConnectionResult.tsx";
import { type TrialState, watchForm } from "../../../../../../browser/try_while_typing.ts";

interface ConnectionTestProps {
  /** The id of the form whose fields say what to try. */
  formId: string;
  /** What the server found before it sent this page. */
  first: ConnectionFinding | null;
}

/**
 * Tries the server that a form describes, while one types, and says what was found. Where no
 * scripts run, it shows what the form's own button found.
 */
export default function ConnectionTest({ formId, first }: ConnectionTestProps) {
  const [state, setState] = useState<TrialState>(
    first === null ? { is: "idle" } : { is: "found", finding: first },
  );
  useEffect(() => {
    const form = document.getElementById(formId);
    if (!(form instanceof HTMLFormElement)) return;
    return watchForm(form, { isTried: first !== null, tell: setState });
  }, [formId]);

  return (
    <div class="connection" role="status" data-state={state.is}>
      {state.is === "trying" && <p class="quiet">Connecting to {state.host}…</p>}
      {state.is === "found" && <ConnectionResult finding={state.finding} />}
      {state.is === "problem" && <p class="problem">{state.sentence}</p>}
    </div>
  );
}
