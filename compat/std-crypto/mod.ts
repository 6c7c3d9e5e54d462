/** The one function of the real package that the app uses. */
export { timingSafeEqual } from "./timing_safe_equal.ts";
