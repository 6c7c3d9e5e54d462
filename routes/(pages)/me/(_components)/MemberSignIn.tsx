import { Head } from "fresh/runtime";
import { SecretField } from "../../(_components)/Fields.tsx";
import Form from "../../(_components)/Form.tsx";
import NoticePage from "../../(_components)/NoticePage.tsx";
import { formOf, type FormState } from "../../(_http)/form_state.ts";

/** Asks a member for the token that their editor uses. */
export default function MemberSignIn({ form: sent }: { form: FormState | null }) {
  const form = formOf(sent, "sign-in");
  return (
    <NoticePage title="Your own page">
      <Head>
        <title>Your own page · Aerostack Gateway</title>
      </Head>
      <p>
        What you may use, how your editor is connected, and the secrets of your own that some
        servers want. Sign in with the token that you were given for your editor.
      </p>
      <Form form={form} action="/me" label="Sign in">
        <SecretField
          form={form}
          name="token"
          label="Your token"
          maxLength={200}
          placeholder="mwt_…"
        />
        <button type="submit" class="button wide">Sign in</button>
      </Form>
      <p class="quiet">You stay signed in on this browser for an hour.</p>
    </NoticePage>
  );
}
