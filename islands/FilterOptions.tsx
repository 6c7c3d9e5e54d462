import { useEffect, useState } from "preact/hooks";

interface FilterOptionsProps {
  /** The id of what is around the options, each a label. */
  of: string;
  hint: string;
}

/** Finds some of many options while one types; without scripts there is nothing, and all of them. */
export default function FilterOptions({ of, hint }: FilterOptionsProps) {
  const [isOn, setIsOn] = useState(false);
  const [wanted, setWanted] = useState("");
  useEffect(() => setIsOn(true), []);
  useEffect(() => {
    const words = wanted.toLowerCase().split(/\s+/).filter((word) => word !== "");
    for (const label of document.querySelectorAll<HTMLElement>(`#${of} .options label`)) {
      const text = (label.textContent ?? "").toLowerCase();
      // What was chosen stays in sight.
      const isChosen = label.querySelector("input")?.checked ?? false;
      label.hidden = !isChosen && !words.every((word) => text.includes(word));
    }
  }, [wanted]);

  if (!isOn) return null;
  return (
    <input
      type="search"
      class="filter-options"
      value={wanted}
      placeholder={hint}
      aria-label={hint}
      onInput={(event) => setWanted(event.currentTarget.value)}
      onKeyDown={(event) => {
        // It belongs to no form, and sends none.
        if (event.key === "Enter") event.preventDefault();
      }}
    />
  );
}
