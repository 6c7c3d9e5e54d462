/** The browser's side while developing: reloads when the server was restarted. */
export * from "./client.ts";

const ALIVE_URL = "/_frsh/alive";
const RETRY_MS = 500;

let revision: string | null = null;

function connect(): void {
  const address = new URL(ALIVE_URL, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  const socket = new WebSocket(address);
  socket.onmessage = ({ data }) => {
    if (revision !== null && revision !== data) location.reload();
    revision = data;
  };
  socket.onclose = () => setTimeout(connect, RETRY_MS);
}

connect();
