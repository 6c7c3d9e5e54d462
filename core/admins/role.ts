import { z } from "zod";
import { refusal } from "../errors.ts";

/**
 * What an admin may do: a viewer reads, an admin also changes, and an owner also manages
 * admins and master keys.
 */
export const Role = z.enum(["viewer", "admin", "owner"], 'must be "viewer", "admin" or "owner"');
export type Role = z.infer<typeof Role>;

/** Whether somebody with this role may do what needs that one. */
export function isAtLeast(role: Role, needed: Role): boolean {
  return Role.options.indexOf(role) >= Role.options.indexOf(needed);
}

/** Refuses whoever has less than the role that is needed. Throws `forbidden`. */
export function requireRole(role: Role, needed: Role): void {
  if (isAtLeast(role, needed)) return;
  throw refusal(
    "forbidden",
    `This needs the role ${needed}, and yours is ${role}; ask somebody who has it.`,
  );
}
