/** Where the palette leads. */
export interface Place {
  kind: string;
  title: string;
  detail: string | null;
  keys: string | null;
  path: string;
}

/** Asks which places fit what was typed, and says in a sentence what was found. */
export async function fetchPlaces(
  query: string,
  signal: AbortSignal,
): Promise<{ places: Place[]; said: string }> {
  try {
    const response = await fetch(`/palette?${new URLSearchParams({ q: query })}`, { signal });
    if (response.redirected) {
      return { places: [], said: "You are signed out; load the page again." };
    }
    const { places }: { places: Place[] } = await response.json();
    const found = places.length === 1 ? "1 result" : `${places.length} results`;
    return { places, said: places.length === 0 ? `Nothing is called "${query}".` : found };
  } catch {
    return { places: [], said: "The gateway does not answer; try again." };
  }
}
