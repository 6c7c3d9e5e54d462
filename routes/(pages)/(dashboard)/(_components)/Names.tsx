/** So many names stand in a cell. */
const MAX_NAMES = 6;

/** Slugs in a cell of a table; many are cut short. */
export default function Names({ names, none }: { names: readonly string[]; none: string }) {
  if (names.length === 0) return <span class="quiet">{none}</span>;
  const rest = names.length - MAX_NAMES;
  return (
    <ul class="names">
      {names.slice(0, MAX_NAMES).map((name) => (
        <li key={name}>
          <code class="chip">{name}</code>
        </li>
      ))}
      {rest > 0 && <li class="quiet">and {rest} more</li>}
    </ul>
  );
}
