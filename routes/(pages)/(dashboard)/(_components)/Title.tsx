/** What a row is about: its name, and beneath it what it is called by. */
export default function Title({ name, detail }: { name: string; detail?: string | null }) {
  const hasDetail = detail !== undefined && detail !== null && detail !== name;
  return (
    <div class="title">
      <strong>{name}</strong>
      {hasDetail && <span class="quiet">{detail}</span>}
    </div>
  );
}
