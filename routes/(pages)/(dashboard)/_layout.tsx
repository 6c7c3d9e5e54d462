import { define } from "../../../define.ts";
import CommandPalette from "../../../islands/CommandPalette.tsx";
import PageLife from "../../../islands/PageLife.tsx";
import NoticeBar from "../(_components)/NoticeBar.tsx";
import { mainPagesFor } from "../(_http)/page_list.ts";
import { readTheme } from "../(_http)/theme_cookie.ts";
import KeysHelp from "./(_components)/KeysHelp.tsx";
import Shell from "./(_components)/Shell.tsx";

/** What is around every page of the dashboard: the ways to the others, and what was done. */
export default define.layout(({ Component, ...request }) => {
  const { state: { admin, notice }, url } = request;
  const pages = mainPagesFor(admin);
  return (
    <Shell
      admin={admin}
      theme={readTheme(request)}
      url={url}
      behind={
        <>
          <KeysHelp pages={pages} />
          <PageLife />
          <CommandPalette pages={pages.map(({ key, path }) => ({ key, path }))} />
        </>
      }
    >
      <NoticeBar notice={notice} />
      <Component />
    </Shell>
  );
});
