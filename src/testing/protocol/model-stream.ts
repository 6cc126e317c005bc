/** A stream of the model: who opens it, and its ids at both ends. */
export interface ModelStream {
  readonly consumer: string;
  readonly id: string;
  readonly inbox: string;
}

/** The name of the process in which the producer of the model runs. */
export const producerProcess = 'producer';

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
