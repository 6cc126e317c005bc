/** What all async iterators of the platform inherit from; its helpers stand there, and so does `Symbol.asyncDispose`. */
const asyncIteratorPrototype = Object.getPrototypeOf(
  // eslint-disable-next-line @typescript-eslint/no-empty-function -- it ends at once
  Object.getPrototypeOf(async function* () {}.prototype),
) as AsyncIterableIterator<never>;

/** An async iterator of these steps, with all that the platform gives to its own. It iterates itself. */
export function asyncIterator<Item>(
  steps: Required<Pick<AsyncIterator<Item, undefined>, 'next' | 'return'>>,
): AsyncIterableIterator<Item> {
  return Object.assign(Object.create(asyncIteratorPrototype) as AsyncIterableIterator<Item>, steps);
}
