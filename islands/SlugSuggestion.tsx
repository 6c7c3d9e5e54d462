import { useEffect } from "preact/hooks";
import { slugFrom } from "../browser/slug_from.ts";

interface SlugSuggestionProps {
  /** The id of the field with the name. */
  from: string;
  /** The id of the field with the slug. */
  to: string;
}

/** Writes the slug that a name suggests beside it, until somebody writes their own. Shows nothing. */
export default function SlugSuggestion({ from, to }: SlugSuggestionProps) {
  useEffect(() => {
    const [name, slug] = [from, to].map((id) => document.getElementById(id));
    if (!(name instanceof HTMLInputElement) || !(slug instanceof HTMLInputElement)) return;
    let isOwn = slug.value !== "" && slug.value !== slugFrom(name.value);

    const suggest = () => {
      if (!isOwn) slug.value = slugFrom(name.value);
    };
    const noteOwn = () => {
      isOwn = slug.value !== "" && slug.value !== slugFrom(name.value);
    };
    name.addEventListener("input", suggest);
    slug.addEventListener("input", noteOwn);
    return () => {
      name.removeEventListener("input", suggest);
      slug.removeEventListener("input", noteOwn);
    };
  }, [from, to]);
  return null;
}
