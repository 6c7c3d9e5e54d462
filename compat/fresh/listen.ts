/** Where to listen, and with which certificate. */
export type ListenOptions =
  & Partial<Deno.ServeTcpOptions & Deno.TlsCertifiedKeyPem>
  & { remoteAddress?: string };

type Handler = (
  request: Request,
  info?: Deno.ServeHandlerInfo,
) => Promise<Response>;

const FIRST_PORT = 8000;
const PORTS = 20;

/** Serves a handler; without a port, on the first free one from 8000 on. */
export async function serve(
  handler: Handler,
  basePath: string,
  options: ListenOptions,
): Promise<void> {
  const onListen = options.onListen ?? announce(basePath, options);
  if (options.port !== undefined) {
    await Deno.serve({ ...options, onListen }, handler).finished;
    return;
  }

  for (let port = FIRST_PORT;; port++) {
    try {
      await Deno.serve({ ...options, port, onListen }, handler).finished;
      return;
    } catch (error) {
      const isTaken = error instanceof Deno.errors.AddrInUse;
      if (!isTaken || port === FIRST_PORT + PORTS - 1) throw error;
    }
  }
}

function announce(
  basePath: string,
  options: ListenOptions,
): (address: Deno.NetAddr) => void {
  return ({ hostname, port }) => {
    const scheme = options.cert ? "https" : "http";
    const host = hostname === "0.0.0.0" || hostname === "::" ? "localhost" : hostname;
    console.log(`Ready on ${scheme}://${host}:${port}${basePath}/`);
  };
}
