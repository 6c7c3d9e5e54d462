/** What says in a name, however it is written, that its value is a secret. */
const PARTS = [
  "password",
  "passwort",
  "passwd",
  "passphrase",
  "passcode",
  "secret",
  "credential",
  "authorization",
  "cookie",
  "token",
  "bearer",
  "apikey",
  "accesskey",
  "privatekey",
  "signingkey",
  "encryptionkey",
  "masterkey",
  "sshkey",
  "connectionstring",
  // What a presigned URL opens with.
  "signature",
  "privkey",
  "licensekey",
  "functionskey",
  "userpass",
  "mnemonic",
  "seedphrase",
  "recoverycode",
];

/** Words of a name that say so when they stand alone. */
const WORDS = new Set([
  ...["auth", "creds", "pass", "pwd", "pw", "pin", "otp", "totp", "mfa", "jwt", "cvv", "cvc"],
  ...["sas", "sig"],
]);

/** What only looks so. */
const HARMLESS = /tokeni[sz]|secretar/g;

/** How many tokens a model reads or writes is a number, and no secret. */
const COUNT = /tokens$|tokens?(count|limit|budget|size|used)$/;

/** Of a longer name the end is looked at. */
const MAX_LENGTH = 256;

/**
 * Whether a field, header or parameter of this name holds a secret, whatever stands in it:
 * `password`, `X-Api-Key`, `clientSecret`, `user_auth`.
 */
export function isSensitiveName(name: string): boolean {
  const words = wordsOf(name);
  if (words.some((word) => WORDS.has(word))) return true;
  const joined = words.join("").replaceAll(HARMLESS, "");
  return PARTS.some((part) => joined.includes(part));
}

/** Whether a name says how many of something there are, of which tokens are one: `max_tokens`. */
export function isCountName(name: string): boolean {
  return COUNT.test(wordsOf(name).join(""));
}

/** `X-Api-Key`, `apiKey`, `API_KEY` and `api%5Fkey` are the same words. */
function wordsOf(name: string): string[] {
  return decoded(name.slice(-MAX_LENGTH)).normalize("NFKC").replaceAll(
    /([a-z0-9])([A-Z])/g,
    "$1 $2",
  )
    .toLowerCase().split(/[^\p{L}\p{N}]+/u);
}

function decoded(name: string): string {
  if (!name.includes("%")) return name;
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
