import { type Context, HttpError, page } from "fresh";
import { Head } from "fresh/runtime";
import { asGatewayError, GatewayError } from "../core/errors.ts";
import { define, type State } from "../define.ts";
import NoticePage from "./(pages)/(_components)/NoticePage.tsx";
import { pageHeaders, STILL_PAGE_POLICY } from "./(pages)/(_http)/page_headers.ts";
import { errorAnswer, toGatewayError } from "./api/(_http)/error_answer.ts";

/** Where programs ask: they get JSON, whatever goes wrong. */
const FOR_PROGRAMS = /^\/(api|live|ws|\.well-known|register|healthz|readyz|metrics)(\/|$)/;

const TITLES: Record<number, string> = {
  403: "This came from another site",
  404: "There is nothing here",
  405: "This page cannot do that",
  429: "Too much at once",
};

const SENTENCES: Record<number, string> = {
  403: "The gateway takes forms from its own pages only. Open the page yourself and try again.",
  404: "The address may be mistyped, or what was there is gone.",
  405: "The address is right, but not for this kind of request.",
  429: "Many sign-ins that open nothing come from your network. Wait a moment and try again.",
};

/** Answers what went wrong: in JSON to programs, with a page to people. */
export const handler = define.handlers((ctx) => {
  const { error, url } = ctx;
  const status = statusOf(error);
  if (status >= 500) console.error(error);
  if (FOR_PROGRAMS.test(url.pathname)) return errorAnswer(toGatewayError(error, url.pathname));

  const headers = {
    ...pageHeaders(ctx),
    ...status === 429 ? { "retry-after": "1" } : {},
    "content-security-policy": STILL_PAGE_POLICY,
  };
  return page({ status, ...explain(ctx, status) }, { status, headers });
});

function statusOf(error: unknown): number {
  return error instanceof HttpError ? error.status : asGatewayError(error).status;
}

function explain({ error }: Context<State>, status: number): { title: string; sentence: string } {
  if (error instanceof GatewayError && error.code === "forbidden") {
    return { title: "Your role does not allow this", sentence: error.publicMessage };
  }
  const known = TITLES[status];
  if (known !== undefined) return { title: known, sentence: SENTENCES[status] };
  if (status >= 500) {
    return {
      title: "Something failed in the gateway",
      sentence: "It is in the gateway's log. Trying again may help.",
    };
  }
  return { title: "This did not work", sentence: asGatewayError(error).publicMessage };
}

export default define.page<typeof handler>(({ data }) => (
  <NoticePage title={data.title}>
    <Head>
      <title>{data.title} · Aerostack Gateway</title>
    </Head>
    <p>{data.sentence}</p>
    <p>
      <a class="button" href="/">Go to the overview</a>
    </p>
    <p class="quiet">Error {data.status}</p>
  </NoticePage>
));
