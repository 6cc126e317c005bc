/**
 * The items of several sources in the order in which they come. A source is asked for its next item only when the one
 * before has been taken, so a reader that stops stops them all.
 */
export async function* merge<Item>(...sources: readonly AsyncIterable<Item>[]): AsyncGenerator<Item> {
  type Arrival = { readonly iterator: AsyncIterator<Item>; readonly result: () => IteratorResult<Item> };
  const arrivals: Arrival[] = [];
  let wake: () => void = () => undefined;
  const ask = (iterator: AsyncIterator<Item>): void => {
    const arrive = (result: () => IteratorResult<Item>): void => {
      arrivals.push({ iterator, result });
      wake();
    };
    iterator.next().then(
      (result) => {
        arrive(() => result);
      },
      (error: unknown) => {
        arrive(() => {
          throw error;
        });
      },
    );
  };
  const open = new Set(sources.map((source) => source[Symbol.asyncIterator]()));
  try {
    for (const iterator of open) ask(iterator);
    while (open.size > 0) {
      const arrival = arrivals.shift();
      if (arrival === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      const result = arrival.result();
      if (result.done === true) {
        open.delete(arrival.iterator);
      } else {
        yield result.value;
        ask(arrival.iterator);
      }
    }
  } finally {
    // A source that waits for its next item would keep its return waiting as well, so nobody waits for it here.
    for (const iterator of open) iterator.return?.().catch(() => undefined);
  }
}
