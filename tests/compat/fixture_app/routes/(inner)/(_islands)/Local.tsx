import { useSignal } from "@preact/signals";
import { IS_BROWSER } from "fresh/runtime";

/** An island that lies beside its page. */
export function Local() {
  const clicks = useSignal(0);
  return (
    <button type="button" id="local" onClick={() => clicks.value++}>
      {IS_BROWSER ? "browser" : "server"} {clicks}
    </button>
  );
}
