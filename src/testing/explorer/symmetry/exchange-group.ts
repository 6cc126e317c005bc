import { itemAt, wordAt } from '../structures/checked-reads.js';

/** One way to exchange ids: the id at place `i` becomes the one at place `images[i]`. */
export interface Exchange {
  readonly images: readonly number[];
  /** It is the exchange `last` after the exchange `before`, both by number. A generator comes after nothing: 0. */
  readonly last: number;
  readonly before: number;
}

/** All exchanges that come of a few, the generators. Number 0 leaves everything as it is, the generators follow. */
export interface ExchangeGroup {
  readonly exchanges: readonly Exchange[];
  readonly generators: readonly number[];
  /** The exchange that is `second` after `first`. */
  compose(second: number, first: number): number;
  /** The exchange that undoes this one. */
  inverse(exchange: number): number;
}

function rangeOf(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** Each of `count` ids takes the next one's place. */
export function rotations(count: number): ExchangeGroup {
  return groupOf(count, [rangeOf(count).map((index) => (index + 1) % count)]);
}

/** Of `count` ids the first `exchanged` are brought into any order: what comes of exchanging neighbours. */
export function permutations(count: number, exchanged: number): ExchangeGroup {
  const neighbours = rangeOf(Math.max(0, exchanged - 1)).map((left) =>
    rangeOf(count).map((index) => (index === left ? left + 1 : index === left + 1 ? left : index)),
  );
  return groupOf(count, neighbours);
}

function after(second: readonly number[], first: readonly number[]): readonly number[] {
  return first.map((image) => itemAt(second, image));
}

function groupOf(count: number, generators: readonly (readonly number[])[]): ExchangeGroup {
  const exchanges: Exchange[] = [{ images: rangeOf(count), last: 0, before: 0 }];
  const numbers = new Map([[exchanges[0]?.images.join(), 0]]);
  const numberOf = (images: readonly number[]) => numbers.get(images.join()) ?? -1;
  for (let before = 0; before < exchanges.length; before += 1) {
    generators.forEach((generator, index) => {
      const images = after(generator, itemAt(exchanges, before).images);
      if (numberOf(images) !== -1) return;
      numbers.set(images.join(), exchanges.length);
      exchanges.push({ images, last: index + 1, before });
    });
  }
  const size = exchanges.length;
  /** Asked for each edge of a graph, and each the same few. */
  const composed = new Int32Array(size * size).fill(-1);
  const inverses = Int32Array.from(exchanges, ({ images }) =>
    numberOf(rangeOf(count).map((index) => images.indexOf(index))),
  );
  return {
    exchanges,
    generators: generators.map((_, index) => index + 1),
    compose(second, first) {
      const place = second * size + first;
      const known = wordAt(composed, place);
      if (known !== -1) return known;
      return (composed[place] = numberOf(after(itemAt(exchanges, second).images, itemAt(exchanges, first).images)));
    },
    inverse: (exchange) => wordAt(inverses, exchange),
  };
}
