import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { answerAddRow } from "../browser/playground_form.ts";

/** Says how long a call has taken so far, and takes it back; adds rows without a way to the gateway. */
export default function PlaygroundHelp() {
  const seconds = useSignal<number | null>(null);

  useEffect(() => {
    let timer: ReturnType<typeof setInterval> | undefined;
    function begin(event: SubmitEvent): void {
      const isCall = event.submitter instanceof HTMLButtonElement &&
        event.submitter.name === "do" && event.submitter.value === "call";
      if (!isCall) return;
      const startedMs = performance.now();
      seconds.value = 0;
      clearInterval(timer);
      timer = setInterval(() => {
        seconds.value = Math.floor((performance.now() - startedMs) / 1_000);
      }, 1_000);
    }
    function end(): void {
      clearInterval(timer);
      seconds.value = null;
    }

    const ends = [answerAddRow()];
    document.addEventListener("submit", begin);
    // Who comes back by the history finds no call that runs.
    addEventListener("pageshow", end);
    document.addEventListener("playground-stopped", end);
    return () => {
      end();
      document.removeEventListener("submit", begin);
      removeEventListener("pageshow", end);
      document.removeEventListener("playground-stopped", end);
      ends.forEach((stop) => stop());
    };
  }, []);

  function cancel(): void {
    stop();
    document.dispatchEvent(new Event("playground-stopped"));
  }

  return (
    <div class="calling" role="status" hidden={seconds.value === null}>
      {seconds.value !== null && (
        <>
          <span>Calling… {seconds.value} s</span>
          <button type="button" class="button plain" onClick={cancel}>Cancel</button>
        </>
      )}
    </div>
  );
}
