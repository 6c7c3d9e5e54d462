import type { ComponentChildren } from "preact";
import Logo from "./Logo.tsx";

interface NoticePageProps {
  title: string;
  children: ComponentChildren;
}

/** A page with one thing to say, for people who are not signed in or are lost. */
export default function NoticePage({ title, children }: NoticePageProps) {
  return (
    <main class="notice">
      <div class="brand">
        <Logo size={36} />
        <span>Aerostack Gateway</span>
      </div>
      <div class="card notice-card">
        <h1>{title}</h1>
        {children}
      </div>
    </main>
  );
}
