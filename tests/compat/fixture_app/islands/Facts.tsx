import { useEffect, useState } from "preact/hooks";

/** One prop of every kind that may travel to a browser. */
export interface FactsProps {
  date: Date;
  url: URL;
  map: Map<string, number>;
  set: Set<number>;
  bytes: Uint8Array;
  big: bigint;
  nothing: undefined;
  list: (number | null)[];
  text: string;
}

/** Says, in the browser, what its props have become. */
export default function Facts(props: FactsProps) {
  const [facts, setFacts] = useState("");
  useEffect(() => {
    setFacts([
      props.date.toISOString(),
      props.url.host,
      props.map.get("a"),
      props.set.has(2),
      props.bytes instanceof Uint8Array && [...props.bytes].join("-"),
      props.big + 1n,
      props.nothing === undefined && "nothing" in props,
      JSON.stringify(props.list),
      props.text,
    ].join("|"));
  }, []);
  return <output id="facts">{facts}</output>;
}
