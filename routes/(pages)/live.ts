import { isAtLeast } from "../../core/admins/role.ts";
import { readLiveTopics } from "../../core/api/queries.ts";
import { define } from "../../define.ts";
import { streamAnswer } from "../api/(_http)/stream_answer.ts";
import { signedInAdmin } from "./(_http)/session_cookie.ts";

/** Says which of a page's topics changed, for as long as who looks at it may. */
export const handler = define.handlers({
  async GET(ctx) {
    const { req, url, state } = ctx;
    const topics = readLiveTopics(url);
    const mayRead = async () => {
      const admin = await signedInAdmin(ctx);
      return admin !== null && isAtLeast(admin.role, "viewer");
    };
    return await streamAnswer(req, () => state.services.liveStreams.open({ topics, mayRead }), {
      "content-type": "text/event-stream",
      // Asks nginx and others not to hold events back.
      "x-accel-buffering": "no",
    });
  },
});
