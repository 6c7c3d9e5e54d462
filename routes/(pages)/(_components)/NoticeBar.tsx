import type { Notice } from "../(_http)/notice_cookie.ts";

/** Says what was done just before, with the way to take it back where there is one. */
export default function NoticeBar({ notice }: { notice: Notice | null }) {
  if (notice === null) return null;
  const { text, undo } = notice;
  return (
    <div class="notice-bar" role="status">
      <span>{text}</span>
      {undo !== undefined && (
        <form method="post" action={undo.path}>
          {Object.entries(undo.fields).flatMap(([name, value]) =>
            [value].flat().map((one) => (
              <input key={`${name} ${one}`} type="hidden" name={name} value={one} />
            ))
          )}
          <button type="submit" class="button plain">Undo</button>
        </form>
      )}
    </div>
  );
}
