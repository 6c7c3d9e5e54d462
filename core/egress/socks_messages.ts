/** Gives the next bytes of a conversation; throws when it ends before. */
export type ReadExactly = (sizeBytes: number) => Promise<Uint8Array>;

/** Where a client wants to be connected to. */
export interface Destination {
  /** A DNS name, or an address without brackets. */
  host: string;
  port: number;
}

/** What a client that wants a connection is told (RFC 1928, 6). */
export const REPLY = {
  connected: 0,
  failed: 1,
  notAllowed: 2,
  unreachable: 4,
  refused: 5,
} as const;

/** One of the answers of {@linkcode REPLY}. */
export type Reply = keyof typeof REPLY;

/** A client that does not speak SOCKS5 as `fetch` does, or shows no credentials. */
export class SocksFault extends Error {
  override name = "SocksFault";
}

const VERSION = 5;
const AUTH_VERSION = 1;
const USERNAME_AND_PASSWORD = 2;
const CONNECT = 1;
const IPV4 = 1;
const NAME = 3;
const IPV6 = 4;

const decoder = new TextDecoder();

/** Reads whether a client can show credentials, and asks for them. Throws {@linkcode SocksFault}. */
export async function readGreeting(read: ReadExactly): Promise<Uint8Array> {
  const [version, methods] = await read(2);
  if (version !== VERSION) throw new SocksFault("The client speaks another protocol");
  const offered = await read(methods);
  if (!offered.includes(USERNAME_AND_PASSWORD)) throw new SocksFault("The client has no password");
  return Uint8Array.of(VERSION, USERNAME_AND_PASSWORD);
}

/** Reads a client's credentials (RFC 1929) as `name:password`. Throws {@linkcode SocksFault}. */
export async function readCredentials(read: ReadExactly): Promise<string> {
  const [version] = await read(1);
  if (version !== AUTH_VERSION) throw new SocksFault("The client shows no credentials");
  const username = await readText(read);
  return `${username}:${await readText(read)}`;
}

/** Tells a client whether its credentials open anything. */
export function credentialsReply(isRight: boolean): Uint8Array {
  return Uint8Array.of(AUTH_VERSION, isRight ? 0 : 1);
}

/** Reads where a client wants to be connected to. Throws {@linkcode SocksFault}. */
export async function readDestination(read: ReadExactly): Promise<Destination> {
  const [version, command, , kind] = await read(4);
  if (version !== VERSION || command !== CONNECT) {
    throw new SocksFault("The client wants something else than a connection");
  }
  const host = await readHost(read, kind);
  const [high, low] = await read(2);
  return { host, port: high * 256 + low };
}

/** Tells a client what became of its connection. */
export function destinationReply(reply: Reply): Uint8Array {
  return Uint8Array.of(VERSION, REPLY[reply], 0, IPV4, 0, 0, 0, 0, 0, 0);
}

async function readHost(read: ReadExactly, kind: number): Promise<string> {
  if (kind === NAME) return await readText(read);
  if (kind === IPV4) return (await read(4)).join(".");
  if (kind !== IPV6) throw new SocksFault("The client names no kind of address");
  const bytes = await read(16);
  const groups = Array.from({ length: 8 }, (_, at) => bytes[2 * at] * 256 + bytes[2 * at + 1]);
  return groups.map((group) => group.toString(16)).join(":");
}

async function readText(read: ReadExactly): Promise<string> {
  const [sizeBytes] = await read(1);
  return decoder.decode(await read(sizeBytes));
}
