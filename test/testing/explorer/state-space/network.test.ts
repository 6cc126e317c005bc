import { expect } from 'chai';
import { setup } from 'xstate';
import {
  explore,
  note,
  send,
  system,
  type Faults,
  type HostAdapter,
  type NetworkConfig,
} from '../../../../src/testing/explorer/index.js';

const burst = setup({ actions: { burst: () => undefined } }).createMachine({
  id: 'burst',
  entry: [{ type: 'burst', params: {} }],
});
const quiet = setup({}).createMachine({ id: 'quiet' });

interface Numbered {
  readonly number: number;
}

/** Sends 1, 2 and 3, the last on a subject of its own, and notes in which order they come. */
const adapter: HostAdapter<{ readonly type: string }, Numbered> = {
  command: () => [send('b', { number: 1 }, 'x'), send('b', { number: 2 }, 'x'), send('b', { number: 3 }, 'y')],
  receive: ({ number }, { notes }) => note('seen', `${(notes['seen'] as string | undefined) ?? ''}${number}`),
};

function orders(network: NetworkConfig, duplicate: NonNullable<Faults['duplicate']> = 0): readonly string[] {
  const copies = typeof duplicate === 'number' ? duplicate : duplicate.max;
  const found = new Set<string>();
  explore(system({ processes: { a: { burst }, b: { quiet } }, network, adapter, faults: { duplicate } }), {
    always: {
      'notes the order': ({ b }) => {
        const seen = b.notes['seen'];
        if (typeof seen === 'string' && seen.length === 3 + copies) found.add(seen);
        return true;
      },
    },
  }).assert();
  return [...found].sort();
}

describe('network, order', () => {
  it('connection: messages arrive as they were sent', () => {
    expect(orders({ order: 'connection' })).to.deep.equal(['123']);
  });

  it('subject: messages of one subject arrive as they were sent', () => {
    expect(orders({ order: 'subject' })).to.deep.equal(['123', '132', '312']);
  });

  it('none: messages arrive in any order', () => {
    expect(orders({ order: 'none' })).to.deep.equal(['123', '132', '213', '231', '312', '321']);
  });

  it('puts a duplicate beside its message, so that what is sent later never comes before it', () => {
    expect(orders({ order: 'connection' }, 1)).to.deep.equal(['1123', '1223', '1233']);
    expect(orders({ order: 'connection' }, { max: 1, copy: 'beside' })).to.deep.equal(['1123', '1223', '1233']);
    const bySubject = orders({ order: 'subject' }, 1);
    // Those of one subject keep their order, copies included; the other subject's come anywhere.
    expect(bySubject.every((order) => ['112', '122', '12'].includes(order.replaceAll('3', '')))).to.equal(true);
    expect(bySubject).to.include.members(['1123', '1312', '3312', '3123']);
    const anyOrder = orders({ order: 'none' }, 1);
    expect(anyOrder).to.have.length(3 * 12);
    expect(orders({ order: 'none' }, { max: 1, copy: 'end' })).to.deep.equal(anyOrder);
  });

  it('puts a duplicate behind everything that was sent before it, where that is asked for', () => {
    expect(orders({ order: 'connection' }, { max: 1, copy: 'end' })).to.deep.equal(['1231', '1232', '1233']);
  });

  it('set: a message stays, and may arrive at any time, again, or never', () => {
    const given = system({ processes: { a: { burst }, b: { quiet } }, network: { order: 'set' }, adapter });
    const seen = new Set<string>();
    const { complete, worst } = explore(given, {
      always: {
        'notes the order': ({ b }) => {
          const order = b.notes['seen'];
          if (typeof order === 'string') seen.add(order);
          return true;
        },
      },
      leadsTo: { arrives: { from: () => true, to: ({ b }) => b.notes['seen'] !== undefined } },
      limit: { states: 2_000, partial: true },
      stopAt: 'end',
    });
    expect([...seen]).to.include.members(['1', '2', '3', '11', '21', '312', '3333']);
    // It notes without an end, and nothing need ever arrive.
    expect({ complete, worst }).to.deep.equal({ complete: false, worst: { arrives: Infinity } });
  });

  it('set: a message that is sent again is there once, is lost for good, and is no step where nothing comes of it', () => {
    const passing: HostAdapter<{ readonly type: string }, Numbered> = {
      command: () => [send('b', { number: 1 }), send('b', { number: 1 }), send('b', { number: 2 })],
      receive: ({ number }) => (number === 1 ? note('seen', true) : []),
    };
    const given = (faults: Faults) =>
      system({ processes: { a: { burst }, b: { quiet } }, network: { order: 'set' }, adapter: passing, faults });
    const { states, edges, atRest } = explore(given({})).assert();
    // Seen or not, and time goes on in both.
    expect({ states, edges, atRest }).to.deep.equal({ states: 2, edges: 3, atRest: 1 });
    const dropped = explore(given({ drop: 1 }), {
      reachable: { 'never seen': ({ b }, { left }) => left['drop'] === 0 && b.notes['seen'] !== true },
    });
    expect(dropped.assert().atRest).to.be.above(1);
    const once = explore(given({}), { always: { 'is not seen': ({ b }) => b.notes['seen'] !== true } }).violations[0];
    expect(once?.replay().differences).to.deep.equal([]);
  });

  it('set: has no delay, and is not stopped by one', () => {
    expect(() =>
      system({ processes: { a: { burst }, b: { quiet } }, network: { order: 'set', delay: 2 }, adapter }),
    ).to.throw("the link 'a->b': expected no delay, as messages of a set arrive at any time, came 2");
  });

  it('holds for one link where it is given there', () => {
    expect(orders({ order: 'none', links: { 'a->b': { order: 'connection' } } })).to.deep.equal(['123']);
  });
});

describe('network, delay', () => {
  const ticks = (network: NetworkConfig) =>
    explore(system({ processes: { a: { burst }, b: { quiet } }, network, adapter }), {
      leadsTo: { arrived: { from: () => true, to: ({ b }) => b.notes['seen'] === '123' } },
    }).worst['arrived'];

  it('lets a message take any time up to it', () => {
    expect(ticks({ delay: 0 })).to.equal(0);
    expect(ticks({ delay: 3 })).to.equal(3);
  });

  it('is that of the link', () => {
    expect(ticks({ delay: 3, links: { 'a<->b': { delay: 2 } } })).to.equal(2);
  });
});
