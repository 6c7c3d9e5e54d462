import Icon, { type IconName } from "../../(_components)/Icon.tsx";
import type { Theme } from "../../(_http)/theme_cookie.ts";

const THEMES: readonly { theme: Theme; icon: IconName; title: string }[] = [
  { theme: "system", icon: "system", title: "Colours of the system" },
  { theme: "light", icon: "light", title: "Light colours" },
  { theme: "dark", icon: "dark", title: "Dark colours" },
];

/** Chooses the colours; leads back to the page that it is on. */
export default function ThemeForm({ theme, url }: { theme: Theme; url: URL }) {
  return (
    <form class="themes" method="post" action="/theme" aria-label="Colours">
      <input type="hidden" name="to" value={url.pathname + url.search} />
      {THEMES.map((one) => (
        <button
          key={one.theme}
          type="submit"
          name="theme"
          value={one.theme}
          title={one.title}
          aria-label={one.title}
          aria-pressed={one.theme === theme ? "true" : "false"}
        >
          <Icon name={one.icon} />
        </button>
      ))}
    </form>
  );
}
