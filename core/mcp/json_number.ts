/** How far a number has come; those from `ZERO` on may be its end. */
const MINUS = 0;
const DOT = 1;
const E = 2;
const E_SIGN = 3;
const ZERO = 4;
const WHOLE = 5;
const FRACTION = 6;
const EXPONENT = 7;

/** How far a number is after its first byte. */
export function beginNumber(byte: number): number {
  if (byte === 0x2d) return MINUS;
  return byte === 0x30 ? ZERO : WHOLE;
}

/** How far a number is after one more byte; `null` when that is no part of it. */
export function afterByte(number: number, byte: number): number | null {
  if (isDigit(byte)) return afterDigit(number, byte);
  if (byte === 0x2e && (number === ZERO || number === WHOLE)) return DOT;
  if ((byte === 0x65 || byte === 0x45) && number >= ZERO && number <= FRACTION) return E;
  return (byte === 0x2b || byte === 0x2d) && number === E ? E_SIGN : null;
}

function afterDigit(number: number, byte: number): number | null {
  switch (number) {
    case MINUS:
      return byte === 0x30 ? ZERO : WHOLE;
    case ZERO:
      return null;
    case WHOLE:
      return WHOLE;
    case DOT:
    case FRACTION:
      return FRACTION;
    default:
      return EXPONENT;
  }
}

/** Whether a byte is an ASCII digit. */
export function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Whether a number may end where it stands. */
export function isWholeNumber(number: number): boolean {
  return number >= ZERO;
}
