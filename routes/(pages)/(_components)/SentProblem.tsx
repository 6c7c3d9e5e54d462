import type { FormState } from "../(_http)/form_state.ts";

interface SentProblemProps {
  form: FormState | null;
  /** Forms that the page answers and does not show, such as those of an undo. */
  intents: readonly string[];
}

/** Says what was wrong with a form that the page does not show. */
export default function SentProblem({ form, intents }: SentProblemProps) {
  if (form === null || !intents.includes(form.intent)) return null;
  const problem = form.problem ?? Object.values(form.problems)[0];
  if (problem === undefined) return null;
  return <p class="problem form-problem" role="alert">{problem}</p>;
}
