import { type Context, HttpError, page } from "fresh";
import { Head } from "fresh/runtime";
import { asGatewayError, GatewayError } from "../core/errors.ts";
import { define, type State } from "../define.ts";
import type { Admin } from "../core/admins/admin.ts";
import NoticePage from "./(pages)/(_components)/NoticePage.tsx";
import PageHeader from "./(pages)/(_components)/PageHeader.tsx";
import Shell from "./(pages)/(dashboard)/(_components)/Shell.tsx";
import { signedInAdmin } from "./(pages)/(_http)/session_cookie.ts";
import { readTheme } from "./(pages)/(_http)/theme_cookie.ts";
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
export const handler = define.handlers(async (ctx) => {
  const { error, url } = ctx;
  const status = statusOf(error);
  if (status >= 500) console.error(error);
  if (FOR_PROGRAMS.test(url.pathname)) return errorAnswer(toGatewayError(error, url.pathname));

  const headers = {
    ...pageHeaders(ctx),
    ...status === 429 ? { "retry-after": "1" } : {},
    "content-security-policy": STILL_PAGE_POLICY,
  };
  const admin = await whoLooks(ctx, status);
  return page({ status, admin, ...explain(ctx, status) }, { status, headers });
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

/**
 * Who is signed in, where the page that failed knew, or nobody asked because there is none. What
 * came from another site is answered as to a stranger.
 */
async function whoLooks(ctx: Context<State>, status: number): Promise<Admin | null> {
  if (ctx.state.admin !== null || status !== 404) return ctx.state.admin;
  try {
    return await signedInAdmin(ctx);
  } catch {
    // The page says what it can without knowing.
    return null;
  }
}

export default define.page<typeof handler>(({ data, ...request }) => {
  const { title, sentence, status, admin } = data;
  const said = (
    <>
      <p>{sentence}</p>
      <p>
        <a class="button" href="/">Go to the overview</a>
      </p>
      <p class="quiet">Error {status}</p>
    </>
  );
  if (admin !== null) {
    return (
      <Shell admin={admin} theme={readTheme(request)} url={request.url}>
        <PageHeader title={title} />
        {said}
      </Shell>
    );
  }
  return (
    <NoticePage title={title}>
      <Head>
        <title>{title} · Aerostack Gateway</title>
      </Head>
      {said}
    </NoticePage>
  );
});
