/** A stream of the model: who opens it, and its ids at both ends. */
export interface ModelStream {
  readonly consumer: string;
  readonly id: string;
  readonly inbox: string;
}

/** The name of the process in which the producer of the model runs, or the first of two. */
export const producerProcess = 'producer';

/** The names of the processes of so many producers. */
export function producersOf(producers: 1 | 2 = 1): readonly [string, ...string[]] {
  return producers === 1 ? [producerProcess] : [producerProcess, `${producerProcess}2`];
}

/** The streams of a system made with these options. */
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
