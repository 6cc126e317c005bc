import { expect } from 'chai';
import SuperJSON from 'superjson';
import { decodeValue, encodeValue } from '../../../src/values/codec.js';
import { createRandom, type Random } from '../../../src/testing/doubles/random.js';
import { differenceOf } from '../../support/isomorphism.js';
import { carried, jsonOf, onTheWire } from '../../support/values.js';
import { seed } from '../../support/seed.js';

interface Node {
  name: string;
  parent?: Node;
  children: Node[];
}

function family(): Node {
  const root: Node = { name: 'root', children: [] };
  for (const name of ['a', 'b', 'c']) root.children.push({ name, parent: root, children: [] });
  return root;
}

const graphs: readonly (readonly [name: string, make: () => unknown])[] = [
  ['a tree with parents, and one of its nodes', () => ((root) => ({ root, selected: root.children[1] }))(family())],
  ['one of the nodes, and then the tree', () => ((root) => ({ selected: root.children[1], root }))(family())],
  ['a node whose parent is the tree', () => family().children[2]],
  [
    'two trees that share a node',
    () => [family(), family()].map((root, _, [one]) => ({ root, one: one?.children[0] })),
  ],
  [
    'a list that is linked in both directions',
    () => {
      const nodes = Array.from({ length: 50 }, (_, n): Record<string, unknown> => ({ n }));
      nodes.forEach((node, n) => Object.assign(node, { previous: nodes[n - 1] ?? null, next: nodes[n + 1] ?? null }));
      return { last: nodes.at(-1), first: nodes[0] };
    },
  ],
  [
    'people who know each other',
    () => {
      const people = Array.from({ length: 300 }, (_, n) => ({ n, knows: [] as unknown[] }));
      people.forEach(({ n, knows }) => knows.push(...[1, 7, 31, 99].map((step) => people[(n + step) % 300])));
      return people;
    },
  ],
  ['a set that holds itself', () => ((set) => ({ set: set.add(set), again: set }))(new Set<unknown>([1]))],
  ['a map that is its own key and value', () => ((map) => map.set(map, map))(new Map<unknown, unknown>())],
  [
    'elements of a set and keys of a map that are held elsewhere',
    () => {
      const [a, b, c] = [{ a: 1 }, { b: new Date(0) }, new Set([1])];
      return {
        set: new Set<unknown>([a, 'x', b, c]),
        map: new Map<unknown, unknown>([
          [b, a],
          [1, b],
          [c, c],
        ]),
        list: [c, b, a],
      };
    },
  ],
  [
    'a set of elements that lead back to it',
    () => {
      const set = new Set<unknown>();
      for (let n = 0; n < 4; n += 1) set.add({ n, set });
      return { set, elements: [...set].reverse() };
    },
  ],
  [
    'errors that are causes of each other',
    () => {
      const inner: Error & { outer?: Error } = new Error('inner');
      const outer = new Error('outer', { cause: inner });
      inner.outer = outer;
      return [inner, outer, new AggregateError([outer, inner], 'both')];
    },
  ],
  [
    'one date, one URL and one array of bytes in two places',
    () => ((list) => [list, [...list]])([new Date(1), new URL('http://a/'), Uint8Array.of(1)]),
  ],
  ['equal numbers that JSON has not', () => [NaN, NaN, 5n, 5n, undefined, undefined, -0, -0]],
  [
    'names that look like paths',
    () => ((x) => ({ 'a.b': { x }, a: { 'b\\': x, b: { x } }, '': { '': x }, '0': [x] }))({ at: new Date(2) }),
  ],
  ['names that a prototype has', () => ((x) => ({ constructor: x, toString: x, prototype: { x } }))({ x: 1 })],
];

describe('Graphs of values, between peers that read superjson', () => {
  for (const [name, make] of graphs) {
    it(`carry ${name}, each object as the one that it is`, () => {
      const value = make();
      expect(differenceOf(value, carried(value))).to.equal(undefined);
    });
  }

  it('carry an object within an instance of a class as the one that it is elsewhere', () => {
    class Holder {
      constructor(readonly held: object) {}
    }
    const held = { at: new Date(0) };
    const came = carried({ held, holder: new Holder(held) });
    expect(came.holder.held).to.equal(came.held).and.to.deep.equal(held);
  });

  it('carry what toJSON gives for an object in two places as one', () => {
    const value = { toJSON: () => ({ given: true }) };
    const came = carried([value, value]) as unknown[];
    expect(came[0]).to.equal(came[1]).and.to.deep.equal({ given: true });
  });

  it(`carry 10,000 random graphs, each object as the one that it is (SEED=${seed})`, () => {
    const random = createRandom(seed);
    for (let run = 0; run < 10_000; run += 1) {
      const value = randomGraph(random);
      const difference = differenceOf(value, carried(value));
      if (difference !== undefined) throw new Error(`graph ${run} of SEED=${seed}: ${difference}`);
    }
  }).timeout(120_000);

  it(`carry random graphs without maps, sets and errors to a reader that is superjson itself (SEED=${seed})`, () => {
    const random = createRandom(seed);
    for (let run = 0; run < 500; run += 1) {
      const value = randomGraph(random, ['object', 'list', 'date']);
      const { data, superjson } = encodeValue(value, undefined, true);
      const json: unknown = JSON.parse(new TextDecoder().decode(data));
      const came = new SuperJSON().deserialize({ json, meta: superjson } as Parameters<SuperJSON['deserialize']>[0]);
      expect(differenceOf(value, came), `graph ${run}`).to.equal(undefined);
    }
  });

  it(`read what superjson writes of random graphs, with dedupe (SEED=${seed})`, () => {
    const random = createRandom(seed);
    for (let run = 0; run < 500; run += 1) {
      const value = randomGraph(random);
      const { json, meta } = new SuperJSON({ dedupe: true }).serialize(value);
      const data = new TextEncoder().encode(JSON.stringify(json));
      const came = decodeValue(onTheWire({ data, superjson: meta }), undefined);
      expect(differenceOf(value, came), `graph ${run}`).to.equal(undefined);
    }
  });
});

describe('The plain JSON of a graph', () => {
  it('has a shared object in each of its places where no object holds itself', () => {
    const shared = { at: new Date(0), list: [1] };
    const value = { items: [shared], byId: new Map([['a', shared]]), selected: shared };
    const json = { at: '1970-01-01T00:00:00.000Z', list: [1] };
    expect(jsonOf(value)).to.deep.equal({ items: [json], byId: [['a', json]], selected: json });
  });

  it('has an object where it was met first, and null elsewhere, where one holds itself', () => {
    const shared = { n: 1 };
    const value: Record<string, unknown> = { deep: { shared }, shared };
    expect(jsonOf({ ...value })).to.deep.equal({ deep: { shared: { n: 1 } }, shared: { n: 1 } });
    value['self'] = value;
    expect(jsonOf(value)).to.deep.equal({ deep: { shared: null }, shared: { n: 1 }, self: null });
  });

  it('stays small where each of 60 objects holds the next one twice', () => {
    let value: unknown = { end: true };
    for (let n = 0; n < 60; n += 1) value = { left: value, right: value };
    expect(encodeValue(value, undefined, true).data.length).to.be.below(2_000);
    expect(differenceOf(value, carried(value))).to.equal(undefined);
  });
});

describe('The work of a graph', () => {
  const shapes: readonly (readonly [name: string, make: (entries: number) => unknown])[] = [
    [
      'a list and a map of it',
      (n) => ((items) => ({ items, byId: new Map(items.map((item, id) => [id, item])) }))(itemsOf(n)),
    ],
    [
      'a list and a map with its items as keys',
      (n) => ((items) => ({ items, ranks: new Map(items.map((item, rank) => [item, rank])) }))(itemsOf(n)),
    ],
    ['a list and a set of it', (n) => ((items) => ({ items, set: new Set(items) }))(itemsOf(n))],
    ['a set and a list of it', (n) => ((items) => ({ set: new Set(items), items }))(itemsOf(n))],
    ['a set of sets', (n) => new Set(itemsOf(n).map((item) => new Set([item])))],
    [
      'a list whose items lead back to it',
      (n) => ((items) => items.map((item) => Object.assign(item, { items })))(itemsOf(n)),
    ],
  ];
  for (const [name, make] of shapes) {
    it(`grows with the number of entries alone, for ${name}`, () => {
      const [small, large] = [stepsFor(make(500)), stepsFor(make(8_000))];
      // Sixteen times the entries: numbers in paths become a little longer, and nothing else.
      expect(large.iterations).to.be.at.most(small.iterations * 16 + 16);
      expect(large.characters).to.be.at.most(small.characters * 20);
    });
  }

  it('is refused where the paths to shared objects would be long, for many of them at a great depth', () => {
    const items = itemsOf(8_000);
    let deep: object = { items, again: [...items] };
    for (let level = 0; level < 900; level += 1) deep = { 'a name of a field': deep };
    expect(() => encodeValue(deep, undefined, true))
      .to.throw(/paths to shared objects of at most 16777216 characters together, came more/)
      .with.property('code', 'notEncodable');
    expect(() => encodeValue({ items, again: [...items] }, undefined, true)).to.not.throw();
  });

  function itemsOf(entries: number): object[] {
    return Array.from({ length: entries }, (_, id) => ({ id }));
  }

  /** How many steps over maps and sets are taken to carry a value, and how long its annotations are. */
  function stepsFor(value: unknown): { readonly iterations: number; readonly characters: number } {
    let iterations = 0;
    const prototypes = [new Map().entries(), new Set().values()].map((each) => Object.getPrototypeOf(each) as Stepper);
    const originals = prototypes.map(({ next }) => next);
    prototypes.forEach((prototype, index) => {
      prototype.next = function (this: unknown) {
        iterations += 1;
        return originals[index]?.call(this);
      };
    });
    try {
      const encoded = onTheWire(encodeValue(value, undefined, true));
      decodeValue(encoded, undefined);
      return { iterations, characters: JSON.stringify(encoded.superjson ?? null).length };
    } finally {
      prototypes.forEach((prototype, index) => {
        prototype.next = originals[index]!;
      });
    }
  }
});

interface Stepper {
  next: (this: unknown) => unknown;
}

type Kind = 'object' | 'list' | 'map' | 'set' | 'date' | 'url' | 'bytes' | 'error';

const kinds: readonly Kind[] = ['object', 'object', 'list', 'map', 'set', 'date'];
const names = ['a', 'b', 'c', 'a.b', 'x\\', ''];

/** Up to 24 objects that hold each other at random, as often as not in cycles, and scalars; whatever one of them reaches. */
function randomGraph(random: Random, among: readonly Kind[] = kinds): unknown {
  const pick = <Item>(items: readonly Item[]) => items[random.integer(0, items.length - 1)] as Item;
  const objects = Array.from({ length: random.integer(1, 24) }, () => made(pick(among), random));
  const scalars = ['text', 1, true, null, 2n, NaN, -0, undefined];
  const member = () => (random.next() < 0.65 ? pick(objects) : pick(scalars));
  for (const object of objects) {
    for (let count = random.integer(0, 4); count > 0; count -= 1) {
      if (object instanceof Map) object.set(member(), member());
      else if (object instanceof Set) object.add(member());
      else if (Array.isArray(object)) object.push(member());
      else if (Object.getPrototypeOf(object) === Object.prototype) Object.assign(object, { [pick(names)]: member() });
    }
  }
  return pick(objects);
}

function made(kind: Kind, random: Random): object {
  switch (kind) {
    case 'object':
      return {};
    case 'list':
      return [];
    case 'map':
      return new Map();
    case 'set':
      return new Set();
    case 'url':
      return new URL(`http://a/${random.integer(0, 9)}`);
    case 'bytes':
      return random.bytes(3);
    case 'error':
      return new Error('e');
    case 'date':
      return new Date(random.integer(0, 9));
  }
}
