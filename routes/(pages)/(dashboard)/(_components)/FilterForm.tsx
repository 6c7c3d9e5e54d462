import type { ComponentChildren } from "preact";
import type { FormState } from "../../(_http)/form_state.ts";

interface FilterFormProps {
  form: FormState;
  action: string;
  /** What is searched, for who cannot see where it stands. */
  label: string;
  /** Where words can be searched for: what the field says while it is empty. */
  searchHint?: string;
  /** What is chosen most often, beside the search. */
  first?: ComponentChildren;
  /** The names of the other filters, which are in sight while one of them is given. */
  further?: readonly string[];
  children?: ComponentChildren;
}

/** Filters a list by its address; works without scripts. */
export default function FilterForm(props: FilterFormProps) {
  const { form, action, label, searchHint, first, further = [], children } = props;
  const { values, problems } = form;
  const isOpen = further.some((name) => values[name] !== undefined);
  const others = Object.entries(problems).filter(([name]) => !further.includes(name));
  return (
    <form class="filter-form" method="get" action={action} role="search" aria-label={label}>
      <div class="filter-line">
        {searchHint !== undefined && (
          <input
            type="search"
            name="q"
            value={values.q?.[0] ?? ""}
            placeholder={searchHint}
            aria-label={searchHint}
            maxLength={200}
            data-search=""
          />
        )}
        {first}
        <button type="submit" class="button plain">Show</button>
      </div>
      {others.map(([name, sentence]) => <p key={name} class="problem">{sentence}</p>)}
      {children !== undefined && (
        <details open={isOpen}>
          <summary>More filters</summary>
          <div class="filter-fields">{children}</div>
        </details>
      )}
    </form>
  );
}
