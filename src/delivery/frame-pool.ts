import { nextTask } from '../transport/next-task.js';
import type { BuilderMemory } from '../wire/index.js';

/** The most bytes of a frame: small enough that no stream keeps others waiting, large enough to pay for a message. */
export const frameBytesMax = 32 * 1024;

/** How much memory of whole frames lies ready at most: what two streams of the default window have on their way. */
const readyMax = (2 * 1024 * 1024) / frameBytesMax;

const NodeBuffer = (globalThis as { readonly Buffer?: typeof Buffer }).Buffer;

/** Node's memory is not cleared first, which would take longer than to copy the records into it. */
function allocate(bytes: number): Uint8Array {
  return NodeBuffer === undefined ? new Uint8Array(bytes) : new Uint8Array(NodeBuffer.allocUnsafeSlow(bytes).buffer);
}

/**
 * The memory of the frames of one client. That of a full frame is used again when its consumer has received it.
 *
 * V8 counts the memory of binary data as a reason to collect garbage: made anew for each frame, it had the whole heap
 * gone through many times a second, at a fifth of the processor time of a producer that sends all it can.
 */
export class FramePool implements BuilderMemory {
  readonly #ready: Uint8Array[] = [];
  #released: Uint8Array[] = [];

  take(bytes: number): Uint8Array {
    const isOfWholeFrame = bytes > frameBytesMax / 2 && bytes <= frameBytesMax;
    return isOfWholeFrame ? (this.#ready.pop() ?? allocate(frameBytesMax)) : allocate(bytes);
  }

  giveBack(memory: Uint8Array): void {
    if (memory.buffer.byteLength !== frameBytesMax || this.#ready.length >= readyMax) return;
    this.#ready.push(new Uint8Array(memory.buffer));
  }

  /**
   * Gives back the memory of a frame that was published once, and received. It is not used again before the next task:
   * a consumer that lies about what it has received must not be sent other streams' records, which would be written
   * over a frame that the NATS client holds until the end of the turn.
   */
  release(frame: Uint8Array): void {
    if (frame.buffer.byteLength !== frameBytesMax) return;
    this.#released.push(frame);
    if (this.#released.length > 1) return;
    void nextTask().then(() => {
      for (const released of this.#released.splice(0)) this.giveBack(released);
    });
  }
}
