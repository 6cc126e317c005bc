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
