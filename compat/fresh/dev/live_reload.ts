import type { Middleware } from "../handlers.ts";

const ALIVE_URL = "/_frsh/alive";

/** Tells open pages, over a WebSocket, which start of the server they talk to. */
export function liveReload<State>(): Middleware<State> {
  const revision = crypto.randomUUID();

  return (ctx) => {
    if (ctx.url.pathname !== ALIVE_URL) return ctx.next();
    if (ctx.req.headers.get("upgrade") !== "websocket") {
      return new Response(null, { status: 426 });
    }
    const { response, socket } = Deno.upgradeWebSocket(ctx.req);
    socket.onopen = () => socket.send(revision);
    return response;
  };
}
