import Card from "../../../(_components)/Card.tsx";
import { CheckField } from "../../../(_components)/Fields.tsx";
import Form, { Actions } from "../../../(_components)/Form.tsx";
import { formOf, type FormState } from "../../../(_http)/form_state.ts";

/** Compares the sums of analytics with the log, and replaces those that differ. */
export default function CountAgainCard({ form }: { form: FormState | null }) {
  const count = formOf(form, "count-again");
  return (
    <Card id="count-again" title="Count again">
      <p class="lead">
        Analytics add calls up as they come. If you doubt a number, all of them can be counted again
        from the log; sums that differ from it are replaced. No call is touched.
      </p>
      <Form form={count}>
        <CheckField form={count} name="onlyCompare" label="Only compare, and change nothing" />
        <Actions submit="Count again" kind="plain" />
      </Form>
    </Card>
  );
}
