import { refusal } from "../../core/errors.ts";
import { define } from "../../define.ts";
import { errorAnswer } from "../api/(_http)/error_answer.ts";

/**
 * Says in JSON that there is no OAuth here.
 *
 * Clients that are refused look for an authorization server at these addresses; a
 * page in HTML would only confuse them.
 */
export const handler = define.handlers(() => {
  const sentence = "This gateway has no OAuth; send a workspace's token as " +
    '"Authorization: Bearer mwt_…".';
  return errorAnswer(refusal("not_found", sentence), { "cache-control": "no-store" });
});
