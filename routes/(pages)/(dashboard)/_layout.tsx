import { define } from "../../../define.ts";
import Logo from "../(_components)/Logo.tsx";

const PAGES = [
  { path: "/", title: "Overview" },
  { path: "/admin-tokens", title: "CLI access" },
];

/** The bar above every page of the dashboard. */
export default define.layout(({ Component, state, url }) => (
  <>
    <a class="skip" href="#content">Skip to the content</a>
    <header class="bar">
      <div class="bar-inner">
        <a class="brand" href="/" aria-current="false">
          <Logo />
          <span>Aerostack Gateway</span>
        </a>
        <nav aria-label="Pages">
          {PAGES.map(({ path, title }) => (
            <a key={path} href={path} aria-current={url.pathname === path ? "page" : "false"}>
              {title}
            </a>
          ))}
        </nav>
        <form class="sign-out" method="post" action="/auth/sign-out">
          <span class="quiet">{state.admin?.name}</span>
          <button type="submit" class="button plain">Sign out</button>
        </form>
      </div>
    </header>
    <main id="content" class="page">
      <Component />
    </main>
  </>
));
