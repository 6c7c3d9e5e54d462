import { Buffer } from "node:buffer";

/** A certificate with its private key, in PEM. */
export interface Certificate {
  certificate: string;
  key: string;
}

/**
 * Makes a certificate for names of servers that vouches for itself (RFC 5280), so that no
 * private key has to lie anywhere: whoever trusts it trusts it alone.
 */
export async function makeCertificate(names: readonly string[]): Promise<Certificate> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const publicKey = await crypto.subtle.exportKey("spki", pair.publicKey);
  const privateKey = await crypto.subtle.exportKey("pkcs8", pair.privateKey);

  const toBeSigned = sequence(
    tagged(0xa0, integer([2])),
    integer(crypto.getRandomValues(new Uint8Array(8))),
    ECDSA_WITH_SHA256,
    nameOf("A certificate of a test"),
    sequence(tagged(0x17, ascii("200101000000Z")), tagged(0x17, ascii("491231235959Z"))),
    nameOf("A certificate of a test"),
    new Uint8Array(publicKey),
    tagged(0xa3, sequence(alternativeNames(names))),
  );
  const signature = new Uint8Array(
    await crypto.subtle.sign(algorithm, pair.privateKey, toBeSigned),
  );
  const certificate = sequence(
    toBeSigned,
    ECDSA_WITH_SHA256,
    bits(sequence(integer(signature.subarray(0, 32)), integer(signature.subarray(32)))),
  );
  return {
    certificate: pem("CERTIFICATE", certificate),
    key: pem("PRIVATE KEY", new Uint8Array(privateKey)),
  };
}

type Bytes = Uint8Array<ArrayBuffer>;

/** A value in DER (X.690): its tag, its length and what it holds. */
function tagged(tag: number, ...parts: readonly Uint8Array[]): Bytes {
  const content = Buffer.concat(parts);
  const length = content.length < 0x80
    ? [content.length]
    : [0x82, content.length >> 8, content.length & 0xff];
  return Uint8Array.from([tag, ...length, ...content]);
}

function sequence(...parts: readonly Uint8Array[]): Bytes {
  return tagged(0x30, ...parts);
}

/** A whole number that is not negative, in as few bytes as it has. */
function integer(bytes: ArrayLike<number>): Bytes {
  const digits = Array.from(bytes);
  while (digits.length > 1 && digits[0] === 0) digits.shift();
  return tagged(0x02, Uint8Array.from(digits[0] >= 0x80 ? [0, ...digits] : digits));
}

function bits(bytes: Uint8Array): Bytes {
  return tagged(0x03, Uint8Array.of(0), bytes);
}

function objectId(hex: string): Bytes {
  return tagged(0x06, Buffer.from(hex, "hex"));
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** 1.2.840.10045.4.3.2 */
const ECDSA_WITH_SHA256 = sequence(objectId("2a8648ce3d040302"));

function nameOf(commonName: string): Bytes {
  const attribute = sequence(objectId("550403"), tagged(0x0c, ascii(commonName)));
  return sequence(tagged(0x31, attribute));
}

function alternativeNames(names: readonly string[]): Bytes {
  const all = sequence(...names.map((name) => tagged(0x82, ascii(name))));
  return sequence(objectId("551d11"), tagged(0x04, all));
}

function pem(label: string, bytes: Uint8Array): string {
  const lines = Buffer.from(bytes).toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
