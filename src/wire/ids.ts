/** A source of random bytes: exactly as many as it is asked for. */
export type RandomBytes = (length: number) => Uint8Array;

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The largest multiple of 62 that fits into a byte: bytes from here on are drawn again, so that none is likelier. */
const unbiasedBelow = 248;

/** One byte in 32 is drawn again. A source that yields nothing else for so many draws is no random one. */
const drawsMax = 100;

/** Bytes are asked for in blocks, because each call of the platform's source costs as much as hundreds of bytes. */
const poolBytes = 1024;
let pool = new Uint8Array();
let poolUsed = 0;

/**
 * What consumers and inboxes are known by: 22 base-62 characters, 131 bits of the platform's cryptographic source.
 *
 * @throws RangeError where the given source yields another number of bytes than it is asked for, or always the same.
 */
export function newConsumerToken(randomBytes: RandomBytes = cryptographicBytes): string {
  return newToken(22, randomBytes);
}

/**
 * What a subject ends with on which a peer may say something that counts: as long as {@link newConsumerToken}, so that
 * nobody who was not told it can speak there, however much of the subject is known to others.
 */
export const newSecretToken = newConsumerToken;

/** What a stream is known by within its consumer: 8 base-62 characters, 47 bits. Throws as {@link newConsumerToken}. */
export function newStreamId(randomBytes: RandomBytes = cryptographicBytes): string {
  return newToken(8, randomBytes);
}

function newToken(length: number, randomBytes: RandomBytes): string {
  let token = '';
  for (let draw = 0; draw < drawsMax; draw += 1) {
    const asked = length - token.length;
    const bytes = randomBytes(asked);
    if (bytes.length !== asked) {
      throw new RangeError(`randomBytes: expected ${asked} bytes, came ${bytes.length}`);
    }
    for (const byte of bytes) {
      if (byte < unbiasedBelow) token += alphabet.charAt(byte % alphabet.length);
    }
    if (token.length === length) return token;
  }
  throw new RangeError(
    `randomBytes: expected bytes below ${unbiasedBelow} among others, came none in ${drawsMax} draws`,
  );
}

function cryptographicBytes(length: number): Uint8Array {
  if (poolUsed + length > pool.length) {
    pool = crypto.getRandomValues(new Uint8Array(Math.max(poolBytes, length)));
    poolUsed = 0;
  }
  poolUsed += length;
  return pool.subarray(poolUsed - length, poolUsed);
}
