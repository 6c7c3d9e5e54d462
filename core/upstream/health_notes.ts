import type { ServerId } from "../ids.ts";
import type { OpenBreaker, ServerEras } from "../servers/server_health.ts";

/** Where processes note how servers do, for each other and for admins. */
export interface HealthNotes {
  eras(server: ServerId): Promise<ServerEras | null>;
  setEras(server: ServerId, eras: ServerEras): Promise<void>;
  dropEras(server: ServerId): Promise<void>;
  /** `isOpening` says that it was closed until now. */
  setBreaker(
    server: { id: ServerId; slug: string },
    breaker: OpenBreaker | null,
    isOpening?: boolean,
  ): Promise<void>;
}
