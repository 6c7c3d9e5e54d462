import type { FirstStep } from "../../../../../core/overview/first_steps.ts";
import { mayOpen } from "../../../(_http)/page_rules.ts";
import type { Admin } from "../../../../../core/admins/admin.ts";

interface FirstStepsProps {
  steps: readonly FirstStep[];
  admin: Admin | null;
}

/** The way to the first call, with what is done of it. */
export default function FirstSteps({ steps, admin }: FirstStepsProps) {
  const done = steps.filter(({ isDone }) => isDone).length;
  const next = steps.find(({ isDone }) => !isDone)?.id;
  return (
    <section class="card" id="steps" aria-labelledby="steps-title">
      <h2 id="steps-title">
        To the first call <span class="count">{done} of {steps.length} done</span>
      </h2>
      <ol class="steps">
        {steps.map(({ id, title, reason, path, isDone }) => (
          <li key={id} data-done={isDone ? "" : undefined}>
            <span class="step-sign" aria-hidden="true">{isDone ? "✓" : ""}</span>
            <div>
              {isDone || !mayOpen(admin, pathPattern(path))
                ? <strong>{title}</strong>
                : <a href={path}>{title}</a>} {isDone && <span class="quiet">done</span>}
              <p class="quiet">{reason}</p>
            </div>
            {id === next && mayOpen(admin, pathPattern(path)) && (
              <a class="button" href={path}>Do this</a>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** A path as the rules of pages name it: `/servers/:slug/secrets`. */
function pathPattern(path: string): string {
  return path.replace(/^\/(servers|workspaces)\/[^/]+/, "/$1/:slug");
}
