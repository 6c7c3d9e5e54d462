import type { SignInProblem } from "../../(_http)/sign_in_problem.ts";

/** Why a sign-in did not come to its end. */
export type Failure = Extract<SignInProblem, { kind: "failed" }>["why"];

/** What each failure is called. */
export const FAILURE_TITLES: Record<Failure, string> = {
  denied: "You said no to GitHub",
  callback_url: "The OAuth app leads elsewhere",
  suspended: "The OAuth app is suspended",
  no_cookie: "This browser did not begin a sign-in",
  expired: "This sign-in is over",
  state: "This answer belongs to another sign-in",
  exchange: "GitHub did not accept the sign-in",
  unreachable: "GitHub cannot be reached",
  full: "Too many people are signed in",
  unknown: "The sign-in did not work",
};

interface SignInFailedProps {
  why: Failure;
  /** The origin of GitHub. */
  url: string;
  /** Where GitHub has to send people back to. */
  callbackUrl: string;
}

/** Says what went wrong between here and GitHub, and what to do. */
export default function SignInFailed({ why, url, callbackUrl }: SignInFailedProps) {
  switch (why) {
    case "denied":
      return <p>GitHub tells the gateway who you are only if you allow it. Sign in again.</p>;
    case "callback_url":
      return (
        <p>
          GitHub sends people back only to the address that the OAuth app was registered with.
          Whoever runs the gateway has to set it to <code>{callbackUrl}</code>, at {url}.
        </p>
      );
    case "suspended":
      return <p>GitHub has suspended the OAuth app; whoever registered it can see why, at {url}.
      </p>;
    case "no_cookie":
      return (
        <p>
          A sign-in ends in the browser and at the address where it began, within ten minutes, and
          with cookies allowed. Open{" "}
          <code>{callbackUrl.replace("/auth/callback", "/sign-in")}</code> and sign in again.
        </p>
      );
    case "expired":
      return <p>A sign-in works once and for ten minutes. Sign in again.</p>;
    case "state":
      return <p>Another sign-in was begun meanwhile, perhaps in another tab. Sign in again.</p>;
    case "exchange":
      return (
        <p>
          Sign in again. If it goes on like this, the app's secret is wrong: whoever runs the
          gateway has to compare <code>GITHUB_CLIENT_ID</code> and <code>GITHUB_CLIENT_SECRET</code>
          {" "}
          with what the OAuth app says at {url}.
        </p>
      );
    case "unreachable":
      return (
        <p>
          The gateway asked {url}{" "}
          and got no answer that it can use. Try again in a minute; if it goes on, whoever runs the
          gateway has to see whether its machine reaches GitHub.
        </p>
      );
    case "full":
      return <p>An owner can end sessions that nobody uses, under Settings → Admins.</p>;
    case "unknown":
      return <p>What went wrong is in the gateway's log. Sign in again.</p>;
  }
}
