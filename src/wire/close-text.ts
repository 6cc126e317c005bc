/** The longest close text that is written, in bytes of UTF-8. A longer one is cut and ends with `…`. */
export const closeTextBytesMax = 4_096;

const encoder = new TextEncoder();
const ellipsis = '…';

/** A text of at most {@link closeTextBytesMax} bytes. */
export function boundCloseText(text: string): string {
  // A UTF-16 unit takes three bytes at the most.
  if (text.length * 3 <= closeTextBytesMax) return text;
  const room = new Uint8Array(closeTextBytesMax);
  if (encoder.encodeInto(text, room).read === text.length) return text;
  // What encodeInto reads ends at the end of a character.
  const { read } = encoder.encodeInto(text, room.subarray(encoder.encode(ellipsis).length));
  return text.slice(0, read) + ellipsis;
}

/**
 * Writes a message around a text, which is cut until the message has at most so many bytes: that a stream has ended is
 * worth more than why in full. The message is larger only where it would be without any text.
 */
export function encodeWithText(text: string, bytesMax: number, encode: (text: string) => Uint8Array): Uint8Array {
  let kept = boundCloseText(text);
  let message = encode(kept);
  while (message.length > bytesMax && kept !== '') {
    // How much a character takes depends on how it is escaped, so this comes near in a few steps.
    const units = Math.min(kept.length - 2, Math.floor((kept.length * bytesMax) / message.length));
    kept = units <= 0 ? '' : withoutHalfCharacter(kept.slice(0, units)) + ellipsis;
    message = encode(kept);
  }
  return message;
}

function withoutHalfCharacter(text: string): string {
  return /[\uD800-\uDBFF]$/.test(text) ? text.slice(0, -1) : text;
}
