import type { OwnPageView } from "../../../../core/members/read_own_page.ts";
import PageLife from "../../../../islands/PageLife.tsx";
import Card from "../../(_components)/Card.tsx";
import Command from "../../(_components)/Command.tsx";
import ConnectGuide from "../../(_components)/ConnectGuide.tsx";
import Logo from "../../(_components)/Logo.tsx";
import NoticeBar from "../../(_components)/NoticeBar.tsx";
import PageHeader from "../../(_components)/PageHeader.tsx";
import TokenVariable from "../../(_components)/TokenVariable.tsx";
import type { FormState } from "../../(_http)/form_state.ts";
import type { Notice } from "../../(_http)/notice_cookie.ts";
import OwnAccess from "./OwnAccess.tsx";
import OwnCalls from "./OwnCalls.tsx";
import OwnSecrets from "./OwnSecrets.tsx";

interface OwnPageProps {
  own: OwnPageView;
  /** A form that comes back with what is wrong. */
  form: FormState | null;
  notice: Notice | null;
  now: string;
}

/** What a member sees when they are signed in: their workspace, their editor, their keys. */
export default function OwnPage({ own, form, notice, now }: OwnPageProps) {
  const { self: { name, workspace, logsArguments }, url } = own;
  return (
    <>
      <header class="bar">
        <div class="bar-inner">
          <span class="brand">
            <Logo />
            <span>Aerostack Gateway</span>
          </span>
          <form class="sign-out" method="post" action="/me/sign-out">
            <span class="quiet">{name}</span>
            <button type="submit" class="button plain">Sign out</button>
          </form>
        </div>
      </header>
      <main class="page">
        <NoticeBar notice={notice} />
        <PageHeader
          title={workspace.name}
          windowTitle="Your own page"
          beside={<code class="chip">{workspace.slug}</code>}
          lead={<Command text={url} />}
        />
        {logsArguments && (
          <p class="quiet">
            This workspace keeps the arguments of your calls, without secrets that the gateway
            recognises. Only owners of the gateway can read them, and their reading is on the
            record.
          </p>
        )}
        <OwnAccess own={own} now={now} />
        <OwnSecrets self={own.self} form={form} now={now} />
        <Card id="editors" title="Connect your editor">
          <TokenVariable slug={workspace.slug} />
          <ConnectGuide connection={{ name: workspace.slug, url, token: null }} />
        </Card>
        <OwnCalls own={own} now={now} />
      </main>
      <PageLife />
    </>
  );
}
