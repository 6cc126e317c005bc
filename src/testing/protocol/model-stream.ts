/** A stream of the model: its consumer, and its ids at both ends. */
export interface ModelStream {
  /** The name of the consumer's process. */
  readonly consumer: string;
  /** The stream id, under which the consumer knows it. */
  readonly id: string;
  /** The stream's inbox, under which the producer knows it. */
  readonly inbox: string;
}

/** The name of the producer's process in the model, or of the first of two. */
export const producerProcess = 'producer';

/** The names of the processes of so many producers. */
export function producersOf(producers: 1 | 2 = 1): readonly [string, ...string[]] {
  return producers === 1 ? [producerProcess] : [producerProcess, `${producerProcess}2`];
}

/** Returns the streams of a system of the protocol: `streams` for each of `consumers`, both 1 if omitted. */
export function streamsOf({
  streams = 1,
  consumers = 1,
}: {
  readonly streams?: number;
  readonly consumers?: number;
}): readonly ModelStream[] {
  return Array.from({ length: consumers }, (_, number) =>
    consumers === 1 ? 'consumer' : `consumer${number + 1}`,
  ).flatMap((consumer, number) =>
    Array.from({ length: streams }, (_, index) => {
      const id = String.fromCharCode(65 + number * streams + index);
      return { consumer, id, inbox: `${consumer}.${id}` };
    }),
  );
}
