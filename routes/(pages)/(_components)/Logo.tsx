/** The mark: three layers, and the way through them. */
export default function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg class="logo" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#3451d1" />
      <path d="M16 6.5 26 11.5 16 16.5 6 11.5Z" fill="#fff" />
      <path d="M6 16.2 16 21.2 26 16.2" fill="none" stroke="#c5d0ff" stroke-width="2.4" />
      <path d="M6 20.8 16 25.8 26 20.8" fill="none" stroke="#8fa3ff" stroke-width="2.4" />
    </svg>
  );
}
