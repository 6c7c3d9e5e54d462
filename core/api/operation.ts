import type { z } from "zod";
import type { Role } from "../admins/role.ts";
import type { ErrorCode } from "../errors.ts";
import type { InputName, OutputName } from "./schemas.ts";

/** One thing that the admin API can do, as its document describes it. */
export interface Operation {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With `{name}` for what is given in the path. */
  path: string;
  summary: string;
  /** Who may use it: admins of this role and above, members with their tokens, or anyone. */
  role: Role | "member" | "anyone";
  query?: z.ZodObject;
  body?: InputName;
  /** Whether no body says the same as an empty one. */
  isBodyOptional?: boolean;
  /** Status of each good answer, with what it carries. */
  answers: { [status: number]: OutputName | null };
  /** Whether the good answer comes as CSV, too. */
  hasCsv?: boolean;
  /** The types of a good answer that is a stream of text, each with how it begins. */
  streams?: Record<string, string>;
  /** What may go wrong, besides `unauthorized` and `internal`. */
  errors: readonly ErrorCode[];
}

/** What may be wrong with any body. */
export const BODY_ERRORS = [
  "bad_request",
  "invalid_input",
  "too_large",
  "unsupported_media_type",
] as const;
