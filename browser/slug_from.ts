/** The longest slug. */
const MAX_LENGTH = 32;

/** A slug that a name suggests: `Internal API (v2)` gives `internal-api-v2`; empty where it has no letters. */
export function slugFrom(name: string): string {
  return name.normalize("NFKD").replaceAll(/\p{M}+/gu, "").replaceAll("ß", "ss").toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-").replace(/^-/, "")
    .slice(0, MAX_LENGTH).replace(/-$/, "");
}
