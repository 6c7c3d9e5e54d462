import Command from "../../(_components)/Command.tsx";

/** Says how to sign in with a link, which works without GitHub. */
export default function SignInByLink() {
  return (
    <>
      <p>
        When the gateway starts for the first time, it prints a sign-in link. The link works once,
        within an hour.
      </p>
      <p>For a new link, run this in the gateway's folder on its machine:</p>
      <Command text="deno task sign-in" />
      <p class="quiet">
        Without Deno:{" "}
        <code>npx -y deno task sign-in</code>. Set the environment that the gateway was started
        with, so that it finds the same store.
      </p>
    </>
  );
}
