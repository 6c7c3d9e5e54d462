import { useEffect } from "preact/hooks";
import { answerCopyButtons } from "../browser/copying.ts";
import { forgetOnce } from "../browser/forget_once.ts";
import { keepTimes } from "../browser/keep_times.ts";
import { showCurrent } from "../browser/show_current.ts";

/**
 * What every page can do once scripts run: its times stay right, and its buttons copy.
 *
 * It shows nothing itself. What needs a script is out of sight until the mark on the document
 * says that there is one.
 */
export default function PageLife() {
  useEffect(() => {
    document.documentElement.dataset.scripts = "on";
    showCurrent();
    const ends = [keepTimes(), answerCopyButtons(), forgetOnce()];
    return () => ends.forEach((end) => end());
  }, []);
  return null;
}
