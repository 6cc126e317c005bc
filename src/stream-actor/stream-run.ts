import type { AnyActorRef, EventObject } from 'xstate';
import type { AnyContract } from '../contracts/contract.js';
import { onceOrphaned } from '../consumer/ancestor-watch.js';
import type { ConsumerClient } from '../consumer/consumer-client.js';
import type { ConsumerStreamEnd } from '../consumer/consumer-stream.js';
import type { ContractStreamEnd, ResumeOptions, StreamResumption } from '../consumer/contract-stream.js';
import { checkContractInput, checkInput } from './stream-actor-input.js';

/** How the stream of a run ended. */
export type RunEnd = ConsumerStreamEnd | ContractStreamEnd;

/** Opens the stream of a run. Throws where it cannot be opened. */
export type OpenRun = (take: (record: unknown) => void) => {
  readonly closed: Promise<RunEnd>;
  cancel(text: string): void;
};

/** How a run ended by itself. */
export type RunOutcome = { readonly end: RunEnd } | { readonly error: unknown };

/** The event by which an actor hears of the end of its run. */
export interface RunSettledEvent extends EventObject {
  readonly type: 'stream.settled';
  readonly outcome: RunOutcome;
}

const decoder = new TextDecoder();

/** Opens a stream of a subject, and hands over its records in the form that its input asks for. */
export function openOfSubject(client: ConsumerClient, self: AnyActorRef, input: unknown): OpenRun {
  return (take) => {
    const readers = {
      bytes: { onRecord: take },
      text: { onRecord: (record: Uint8Array) => take(decoder.decode(record)) },
      object: { onObject: take },
    };
    const { subject, data, as, ...options } = checkInput(input, self._parent);
    return client.openStream(subject, data, { ...options, ...readers[as] });
  };
}

/** Opens a stream of a contract. */
export function openOfContract(
  client: ConsumerClient,
  contract: AnyContract,
  self: AnyActorRef,
  input: unknown,
  resumed: (resumption: StreamResumption) => void,
): OpenRun {
  return (take) => {
    const options = checkContractInput(input, self._parent);
    return client.openStream(contract, { ...options, ...resumeTold(options, resumed), onRecord: take });
  };
}

/** The option `resume`, of which the parent is told too. What is none is for `openStream` to refuse. */
function resumeTold(
  { resume }: { readonly resume?: unknown },
  told: (resumption: StreamResumption) => void,
): { readonly resume?: ResumeOptions<unknown> } {
  if (resume !== true && (typeof resume !== 'object' || resume === null)) return {};
  const given: ResumeOptions<unknown> = resume === true ? {} : resume;
  const onResume = (resumption: StreamResumption): void => {
    told(resumption);
    given.onResume?.(resumption);
  };
  return { resume: { ...given, onResume } };
}

/**
 * The life of an actor from its start to its end, and the one stream of that life. An actor that is stopped and started
 * again has another run; nothing of the first one, which ends later, reaches it.
 */
export class StreamRun {
  readonly #self: AnyActorRef;
  readonly #hand: (record: unknown) => void;
  #unwatch: () => void = () => undefined;
  #cancel: (text: string) => void = () => undefined;
  #isOver = false;
  #settled: RunSettledEvent | undefined;

  /** @param open Opens the stream of the run, whose records it is to hand to what it is given. */
  constructor(self: AnyActorRef, open: OpenRun, hand: (record: unknown) => void) {
    this.#self = self;
    this.#hand = hand;
    this.#unwatch = onceOrphaned(self, () => this.#orphaned());
    if (!this.#isOver) this.#open(open);
  }

  /** The event that settles the actor, as soon as there is one. Whoever sends one that is like it settles nothing. */
  get settled(): RunSettledEvent | undefined {
    return this.#settled;
  }

  /** Ends the run and its stream. Neither is heard of any more. */
  leave(text: string): void {
    if (this.#isOver) return;
    this.#finish();
    this.#cancel(text);
  }

  #open(open: OpenRun): void {
    const take = (record: unknown): void => {
      if (!this.#isOver) this.#hand(record);
    };
    try {
      const stream = open(take);
      this.#cancel = (text) => stream.cancel(text);
      void stream.closed.then((end) => this.#settle(end.error === undefined ? { end } : { error: end.error }));
    } catch (error) {
      // Not before whoever started the actor had the time to observe it.
      queueMicrotask(() => this.#settle({ error }));
    }
  }

  #settle(outcome: RunOutcome): void {
    if (this.#isOver) return;
    this.#finish();
    this.#settled = { type: 'stream.settled', outcome };
    this.#self.send(this.#settled);
  }

  /** XState stops the children of a machine that fails as little as their children, so this one stops itself. */
  #orphaned(): void {
    this.leave('the parent of the actor is over');
    this.#self.send({ type: 'xstate.stop' });
  }

  #finish(): void {
    this.#isOver = true;
    this.#unwatch();
  }
}
