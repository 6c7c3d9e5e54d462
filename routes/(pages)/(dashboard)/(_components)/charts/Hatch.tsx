/** The pattern of errors, so that they are told apart without colour; `id` is what fills name. */
export default function Hatch({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse">
        <path class="hatch-ground" d="M0 0h6v6h-6z" />
        <path class="hatch-line" d="M-1 1l2-2M0 6l6-6M5 7l2-2" />
      </pattern>
    </defs>
  );
}
