import { findingOf } from "../../../../../../core/servers/connection_finding.ts";
import type { TestReport } from "../../../../../../core/servers/test_report.ts";
import { visibleText } from "../../../../../../core/definitions/visible_text.ts";
import EmptyState from "../../../../(_components)/EmptyState.tsx";
import Form from "../../../../(_components)/Form.tsx";
import LongText from "../../../../(_components)/LongText.tsx";
import type { FormState } from "../../../../(_http)/form_state.ts";

/** The button that has a server asked for its tools now. */
export function AskButton({ form, isMain = false }: { form: FormState; isMain?: boolean }) {
  return (
    <Form form={form} look="inline" label="Ask the server for its tools">
      <button type="submit" class={isMain ? "button" : "button plain"}>Ask the server now</button>
    </Form>
  );
}

/** Stands where no list of a server was ever seen. */
export function NothingKnown({ form }: { form: FormState | null }) {
  return (
    <section class="card">
      <EmptyState title="No tools are known yet">
        <p>
          The gateway learns what a server has when somebody lists its tools, and pins the first
          list: whatever differs later shows here, to be approved.
        </p>
        {form === null ? <p>An admin can ask the server now.</p> : <AskButton form={form} isMain />}
      </EmptyState>
    </section>
  );
}

/** Says why a server that was asked just now gave no list, and what to do. */
export function AskFailed({ slug, report }: { slug: string; report: TestReport }) {
  const isAuth = report.stage === "auth";
  const { advice } = findingOf(report, { hasCredential: true });
  return (
    <div class="problem form-problem" role="alert">
      <LongText text={visibleText(report.message)} chars={500} />
      {isAuth && (
        <p>
          <a href={`/servers/${slug}/secrets`}>See its secrets</a>
        </p>
      )}
      {!isAuth && advice !== null && <p>{advice}</p>}
    </div>
  );
}
