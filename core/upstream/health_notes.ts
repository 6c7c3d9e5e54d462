import type { ServerId } from "../ids.ts";
import type { OpenBreaker, ServerEras } from "../servers/server_health.ts";

/** Where processes note how servers do, for each other and for admins. */
export interface HealthNotes {
  eras(server: ServerId): Promise<ServerEras | null>;
  setEras(server: ServerId, eras: ServerEras): Promise<void>;
  dropEras(server: ServerId): Promise<void>;
  setBreaker(server: ServerId, breaker: OpenBreaker | null): Promise<void>;
}
