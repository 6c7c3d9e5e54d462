import type { PersonDetails } from "../../../../../core/members/read_person.ts";
import Card from "../../../(_components)/Card.tsx";
import ConfirmForm from "../../../(_components)/ConfirmForm.tsx";
import type { FormState } from "../../../(_http)/form_state.ts";

interface OffboardCardProps {
  person: PersonDetails;
  form: FormState;
}

/** Ends all that a person has, after their address was typed. */
export default function OffboardCard({ person, form }: OffboardCardProps) {
  const { email, tokens, secrets } = person;
  const workspaces = new Set(tokens.map(({ workspace }) => workspace.slug));
  const own = secrets.length === 0 ? "" : `, and ${counted(secrets.length, "secret")} of their own`;
  return (
    <Card id="offboard" title="Offboard">
      <p class="lead">
        All tokens of this person stop working at once, and their open streams end. This cannot be
        undone.
      </p>
      <ConfirmForm form={form} title="Offboard this person" word={email}>
        <p>
          What ends: {counted(tokens.length, "token")} in {counted(workspaces.size, "workspace")}
          {own}.
        </p>
      </ConfirmForm>
    </Card>
  );
}

/** So many of something. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
