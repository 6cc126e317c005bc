import { FramePool } from '../../src/delivery/frame-pool.js';
import type { Random } from '../../src/testing/doubles/random.js';
import {
  bodyOf,
  encodeAnnouncement,
  encodeCloseFrame,
  encodeControl,
  encodeDataFrame,
  encodeDeliveryClose,
  encodeFragment,
  encodeHeartbeatRequest,
  encodeHeartbeatResponse,
  RecordsFrameBuilder,
} from '../../src/wire/index.js';
import { mutateMessage } from './mutate-message.js';

/** Frames of every kind, as hostile peers of both roles send them: right in their form, and wrong in what they say. */

const terms = { version: 1, heartbeatIntervalMs: 500, heartbeatRequestTimeoutMs: 250, missedHeartbeatsMax: 2 };
export const pick = <Item>(random: Random, items: readonly Item[]): Item => {
  const item = items[random.integer(0, items.length - 1)];
  if (item === undefined) throw new Error('expected something to pick from, came nothing');
  return item;
};

/** A number that counts somewhere: small, near a limit, or far beyond. */
const number = (random: Random): number => pick(random, [0, 1, 2, 3, 5, 100, 16_384, 2 ** 21, 2 ** 31, 2 ** 40]);

/** Every kind of frame of a producer. */
export function producerFrame(random: Random, subject: string, streamId: string): Uint8Array {
  const bytes = random.bytes(random.integer(0, 40));
  switch (random.integer(0, 7)) {
    case 0:
      return encodeAnnouncement({ end: number(random), isWanting: random.integer(0, 1) === 1, terms });
    case 1: {
      const builder = new RecordsFrameBuilder(number(random), 64, new FramePool());
      const isAnnotated = random.integer(0, 1) === 1;
      for (let n = random.integer(1, 5); n > 0; n -= 1) {
        builder.append(isAnnotated ? bodyOf({ data: bytes, superjson: { v: n } }) : bytes, isAnnotated);
      }
      return builder.finish().slice();
    }
    case 2: {
      const part = random.bytes(random.integer(1, 40));
      const offset = pick(random, [0, 0, 1, number(random)]);
      const totalBytes = Math.max(offset + part.length, number(random));
      return encodeFragment({
        number: number(random),
        isAnnotated: random.integer(0, 1) === 1,
        totalBytes,
        offset,
        part,
      });
    }
    case 3:
      return encodeDeliveryClose({
        number: number(random),
        isFinal: random.integer(0, 1) === 1,
        code: 1000,
        text: 'x',
      });
    case 4:
      return encodeDataFrame(bytes, random.integer(0, 1) === 1 ? { values: [['Date']], v: 1 } : undefined);
    case 5:
      return encodeCloseFrame(pick(random, [1000, 1001, 4030, 0, -1]), 'x', 1024);
    default:
      return encodeHeartbeatRequest([{ subject, streamIds: [streamId, 'unknown'] }]);
  }
}

/** Every kind of frame of a consumer. */
export function consumerFrame(random: Random, subject: string, streamId: string): Uint8Array {
  switch (random.integer(0, 3)) {
    case 0:
      return encodeControl({ type: 'cancel', text: 'x' });
    case 1:
      return encodeHeartbeatResponse([{ subject, streamIds: [streamId, 'unknown'] }]);
    default: {
      const grant = { next: number(random), consumed: number(random), consumedBytes: number(random) };
      return encodeControl({ type: random.integer(0, 1) === 0 ? 'grant' : 'resume', ...grant });
    }
  }
}

/** A frame as it is, or damaged: one in so many is. */
export const maybeMutated = (random: Random, frame: Uint8Array, oneIn = 2): Uint8Array =>
  frame.length === 0 || random.integer(1, oneIn) > 1 ? frame : mutateMessage(frame, random);

/** What an honest producer would send next, so that what is forbidden comes in the middle of what is not. */
export class HonestTalk {
  #isAnnounced = false;
  #next = 0;
  #part = 0;

  frame(random: Random): Uint8Array {
    if (!this.#isAnnounced) {
      this.#isAnnounced = true;
      return encodeAnnouncement({ end: 0, isWanting: false, terms });
    }
    if (this.#part > 0 || random.integer(0, 3) === 0) {
      const [totalBytes, partBytes] = [30, 10];
      const frame = { number: this.#next, isAnnotated: false, totalBytes, offset: this.#part, part: random.bytes(10) };
      this.#part = (this.#part + partBytes) % totalBytes;
      if (this.#part === 0) this.#next += 1;
      return encodeFragment(frame);
    }
    const builder = new RecordsFrameBuilder(this.#next, 64, new FramePool());
    for (let n = random.integer(1, 3); n > 0; n -= 1, this.#next += 1) builder.append(random.bytes(n), false);
    return builder.finish().slice();
  }
}
