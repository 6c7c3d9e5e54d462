const nonces = new WeakMap<Response, string>();

/** Remembers the nonce of a rendered page's scripts and styles. */
export function setNonce(response: Response, nonce: string): void {
  nonces.set(response, nonce);
}

/** The nonce of a rendered page; a response of any other kind has none. */
export function nonceOf(response: Response): string | undefined {
  return nonces.get(response);
}
