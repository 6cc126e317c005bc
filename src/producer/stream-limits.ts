/** How many streams there may be: of a client, of one consumer, of one handler. Requests that wait to be accepted count. */
export interface StreamLimits {
  readonly streamsMax: number;
  readonly streamsPerConsumerMax: number;
}

/** The places of one handler. */
export interface HandlerPlaces {
  readonly streamsMax: number;
  taken: number;
}

/** What counts towards the limits, and is given back once. */
export class Place {
  readonly consumerId: string;
  readonly handler: HandlerPlaces;
  readonly #places: StreamPlaces;
  #isReleased = false;

  constructor(places: StreamPlaces, consumerId: string, handler: HandlerPlaces) {
    this.#places = places;
    this.consumerId = consumerId;
    this.handler = handler;
  }

  release(): void {
    if (!this.#isReleased) this.#places.give(this);
    this.#isReleased = true;
  }
}

/**
 * Counts streams from their request on, before anything is made for them: a stranger may send requests without end, and
 * each would cost a handler, an actor and a heartbeat.
 */
export class StreamPlaces {
  readonly #limits: StreamLimits;
  readonly #byConsumer = new Map<string, number>();
  #taken = 0;

  constructor(limits: StreamLimits) {
    this.#limits = limits;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Takes a place, or says which limit is reached. */
  take(consumerId: string, handler: HandlerPlaces): Place | string {
    const { streamsMax, streamsPerConsumerMax } = this.#limits;
    const ofConsumer = this.#byConsumer.get(consumerId) ?? 0;
    if (this.#taken >= streamsMax) return `the producer has ${streamsMax} streams already (streamsMax)`;
    if (ofConsumer >= streamsPerConsumerMax) {
      return `the producer has ${streamsPerConsumerMax} streams of this consumer already (streamsPerConsumerMax)`;
    }
    if (handler.taken >= handler.streamsMax) {
      return `the handler has ${handler.streamsMax} streams already (streamsMax of handle)`;
    }
    this.#taken += 1;
    handler.taken += 1;
    this.#byConsumer.set(consumerId, ofConsumer + 1);
    return new Place(this, consumerId, handler);
  }

  /** Takes a place back, once. */
  give({ consumerId, handler }: Place): void {
    this.#taken -= 1;
    handler.taken -= 1;
    const left = (this.#byConsumer.get(consumerId) ?? 1) - 1;
    if (left === 0) this.#byConsumer.delete(consumerId);
    else this.#byConsumer.set(consumerId, left);
  }
}
