/** What a form sent and what was wrong with it; shown again with what was typed. */
export interface FormState {
  /** Which form of the page it was. */
  intent: string;
  /** Which of several such forms, by what it is about: a secret's name, for example. */
  of: string;
  /** What was typed, by field; never a secret. A field that may be sent often has several. */
  values: Record<string, string[]>;
  /** A sentence for each field that is wrong. */
  problems: Record<string, string>;
  /** What is wrong with no field in particular. */
  problem: string | null;
}

/**
 * The part of what was sent that belongs to this form of a page; an empty form when another one
 * was sent, or none.
 */
export function formOf(sent: FormState | null, intent: string, of = ""): FormState {
  if (sent?.intent === intent && sent.of === of) return sent;
  return { intent, of, values: {}, problems: {}, problem: null };
}

/** Whether this form was sent and comes back. */
export function wasSent({ values, problems, problem }: FormState): boolean {
  return problem !== null || Object.keys(problems).length > 0 || Object.keys(values).length > 0;
}
