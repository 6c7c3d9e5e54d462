/** What the address of the playground says: where tools are tried, and which; never arguments. */
export interface PlaygroundAddress {
  workspace: string | null;
  /** The id of the token whose policy holds. */
  as: string | null;
  tool: string | null;
  /** What the tools are searched for. */
  q: string;
}

const NAMES = ["workspace", "as", "tool", "q"] as const;

/** Reads the address of a playground; what is empty counts as not given. */
export function readAddress({ searchParams }: URL): PlaygroundAddress {
  const given = (name: string) => searchParams.get(name) || null;
  return {
    workspace: given("workspace"),
    as: given("as"),
    tool: given("tool"),
    q: (given("q") ?? "").slice(0, 200),
  };
}

/** The path of a playground. */
export function playgroundPath(address: Partial<PlaygroundAddress>): string {
  const params = new URLSearchParams();
  for (const name of NAMES) {
    const value = address[name];
    if (value) params.set(name, value);
  }
  return params.size === 0 ? "/playground" : `/playground?${params}`;
}
