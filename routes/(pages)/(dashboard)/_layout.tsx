import { define } from "../../../define.ts";
import CommandPalette from "../../../islands/CommandPalette.tsx";
import PageLife from "../../../islands/PageLife.tsx";
import Icon from "../(_components)/Icon.tsx";
import Logo from "../(_components)/Logo.tsx";
import NoticeBar from "../(_components)/NoticeBar.tsx";
import { mainPagesFor } from "../(_http)/page_list.ts";
import { readTheme } from "../(_http)/theme_cookie.ts";
import KeysHelp from "./(_components)/KeysHelp.tsx";
import ThemeForm from "./(_components)/ThemeForm.tsx";

/** What is around every page of the dashboard: the ways to the others, and what was done. */
export default define.layout(({ Component, ...request }) => {
  const { state, url } = request;
  const pages = mainPagesFor(state.admin);
  return (
    <div class="shell">
      <a class="skip" href="#content">Skip to the content</a>
      <header class="side">
        <a class="brand" href="/" aria-current="false">
          <Logo />
          <span>Aerostack Gateway</span>
        </a>
        <a class="search-open" href="/search" data-opens="palette">
          <Icon name="search" />
          <span>Search</span>
          <kbd>Ctrl K</kbd>
        </a>
        <nav aria-label="Pages" class="side-pages">
          {pages.map(({ path, title, icon, key }) => (
            <a
              key={path}
              href={path}
              aria-current={currentOf(url.pathname, path)}
              data-keys={`g ${key}`}
            >
              <Icon name={icon} />
              {title}
            </a>
          ))}
        </nav>
        <div class="side-end">
          <ThemeForm theme={readTheme(request)} url={url} />
          <form class="sign-out" method="post" action="/auth/sign-out">
            <span class="who">
              {state.admin?.name} <span class="quiet">{state.admin?.role}</span>
            </span>
            <button type="submit" class="button plain">Sign out</button>
          </form>
        </div>
      </header>
      <main id="content" class="page" tabIndex={-1}>
        <NoticeBar notice={state.notice} />
        <Component />
      </main>
      <KeysHelp pages={pages} />
      <PageLife />
      <CommandPalette pages={pages.map(({ key, path }) => ({ key, path }))} />
    </div>
  );
});

/** The page itself, or one that it contains. */
function currentOf(pathname: string, path: string): "page" | "true" | "false" {
  if (pathname === path) return "page";
  return path !== "/" && pathname.startsWith(`${path}/`) ? "true" : "false";
}
