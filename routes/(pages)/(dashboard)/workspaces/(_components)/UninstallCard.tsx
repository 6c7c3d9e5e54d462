import { counted } from "../../../../../core/calls/spoken_figures.ts";
import Card from "../../../(_components)/Card.tsx";
import Form, { Actions } from "../../../(_components)/Form.tsx";
import type { FormState } from "../../../(_http)/form_state.ts";

/** Takes a server out of a workspace; it can be undone, so nothing has to be typed. */
export default function UninstallCard(
  { form, activeTokens }: { form: FormState; activeTokens: number },
) {
  return (
    <Card id="uninstall" title="Uninstall">
      <p class="lead">
        Its tools disappear at once for {counted(activeTokens, "active token")}{" "}
        of this workspace. You can undo this for an hour.
      </p>
      <Form form={form}>
        <Actions submit="Uninstall this server" kind="danger" />
      </Form>
    </Card>
  );
}
