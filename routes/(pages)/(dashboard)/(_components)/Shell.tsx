import type { ComponentChildren } from "preact";
import type { Admin } from "../../../../core/admins/admin.ts";
import Icon from "../../(_components)/Icon.tsx";
import Logo from "../../(_components)/Logo.tsx";
import { mainPagesFor } from "../../(_http)/page_list.ts";
import type { Theme } from "../../(_http)/theme_cookie.ts";
import ThemeForm from "./ThemeForm.tsx";

interface ShellProps {
  admin: Admin | null;
  theme: Theme;
  url: URL;
  /** What stands behind the page: what its scripts and keys need. */
  behind?: ComponentChildren;
  children: ComponentChildren;
}

/** The ways to the other pages, around each; it needs no scripts. */
export default function Shell({ admin, theme, url, behind, children }: ShellProps) {
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
          {mainPagesFor(admin).map(({ path, title, icon, key }) => (
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
          <ThemeForm theme={theme} url={url} />
          <form class="sign-out" method="post" action="/auth/sign-out">
            <span class="who">
              {admin?.name} <span class="quiet">{admin?.role}</span>
            </span>
            <button type="submit" class="button plain">Sign out</button>
          </form>
        </div>
      </header>
      <main id="content" class="page" tabIndex={-1}>
        {children}
      </main>
      {behind}
    </div>
  );
}

/** The page itself, or one that it contains. */
function currentOf(pathname: string, path: string): "page" | "true" | "false" {
  if (pathname === path) return "page";
  return path !== "/" && pathname.startsWith(`${path}/`) ? "true" : "false";
}
