import { signal } from "@preact/signals";
import { define } from "../define.ts";
import Counter from "../islands/Counter.tsx";
import { Frame, Twin } from "../islands/Frame.tsx";

export default define.page(() => {
  const shared = signal(1);
  return (
    <>
      <Counter count={shared} step={2} />
      <Twin count={shared} />
      <Frame
        title="Outer"
        aside={
          <em>
            aside<input disabled />
          </em>
        }
      >
        <p id="passed">passed from the page</p>
        <Counter count={signal(10)} step={1} id="inner" />
      </Frame>
    </>
  );
});
