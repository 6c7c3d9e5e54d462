import type { Signal } from "@preact/signals";

interface CounterProps {
  count: Signal<number>;
  step: number;
  id?: string;
}

export default function Counter({ count, step, id = "counter" }: CounterProps) {
  return (
    <button type="button" id={id} onClick={() => count.value += step}>
      {id}: {count}
    </button>
  );
}
