import { expect } from 'chai';
import {
  deliveryProperties,
  deliverySystem,
  explore,
  protocolBounds,
  protocolProperties,
  protocolSystem,
  type DeliverySystemOptions,
  type ExploreResult,
  type ProtocolModelOptions,
  type Stranger,
} from '../../../src/testing/index.js';

function plain(options: ProtocolModelOptions): ExploreResult {
  return explore(protocolSystem(options), { ...protocolProperties(options), stopAt: 'end' });
}

const one: DeliverySystemOptions = { records: 1, leave: false };

function extended(options: DeliverySystemOptions): ExploreResult {
  const given = { ...one, ...options };
  return explore(deliverySystem(given), { ...deliveryProperties(given), stopAt: 'end' });
}

function countsOf({ states, edges, ms }: ExploreResult): readonly [number, number] {
  console.log(`      ${states} states, ${edges} edges, ${(ms / 1000).toFixed(1)} s`);
  return [states, edges];
}

/** Whether a system keeps a property that it keeps without a stranger. */
function keeps(property: string, isExtended: boolean, stranger: Stranger): boolean {
  const options = { ...one, stranger };
  const { always } = isExtended ? deliveryProperties(options) : protocolProperties({ stranger });
  const holds = always[property];
  if (holds === undefined) throw new Error(`expected a property, came ${property}`);
  return explore(isExtended ? deliverySystem(options) : protocolSystem({ stranger }), { always: { [property]: holds } })
    .ok;
}

/** What keeps a secret is told in PROTOCOL.md, Strangers. */
describe('a stranger that publishes whatever it can, at any time', () => {
  const leaves = 'A: a reader that left stops the source';

  it('does nothing to a stream of plain peers, of which it knows nothing', () => {
    const result = plain({ stranger: { messages: 1 } }).assert();
    expect(countsOf(result)).to.deep.equal([25_155, 63_831]);
    expect(result.worst[leaves]).to.equal(protocolBounds({}).leftToStopped);
  });

  it('nor where it has the token of their consumer, which learns of streams that are not', () => {
    const result = plain({ stranger: { messages: 1, knows: ['consumer'] } }).assert();
    expect(countsOf(result)).to.deep.equal([29_250, 77_332]);
    expect(result.worst[leaves]).to.equal(protocolBounds({}).leftToStopped);
  });

  it('nor to one whose consumer is plain and whose reports are not believed at once', () => {
    const options = { exact: false, records: 0, stranger: { messages: 1, knows: ['consumer'] } } as const;
    expect(countsOf(plain(options).assert())).to.deep.equal([11_100, 25_521]);
  });

  it('nor to an extended stream', () => {
    expect(countsOf(extended({ stranger: { messages: 1 } }).assert())).to.deep.equal([46_182, 107_581]);
  });

  it('nor to one of whose consumer it has the token', () => {
    const stranger = { messages: 1, knows: ['consumer'] } as const;
    expect(countsOf(extended({ stranger }).assert())).to.deep.equal([54_774, 135_093]);
  });

  describe('ends what is of others', () => {
    it('where the subjects of heartbeat answers can be counted', () => {
      const stranger = { messages: 1, knows: ['controls'] } as const;
      expect(keeps('A: no source is stopped while its reader reads', false, stranger)).to.equal(false);
    });

    it('where control subjects can be', () => {
      const stranger = { messages: 1, knows: ['controls'] } as const;
      expect(keeps('A: who does not leave gets everything', true, stranger)).to.equal(false);
    });

    it('where it may hear the stream ids of others, and publish to their inboxes', () => {
      const stranger = { messages: 1, knows: ['streams'] } as const;
      expect(keeps('A: a normal end means that the source came to its end', false, stranger)).to.equal(false);
      expect(keeps('A: a normal end means that everything was delivered', true, stranger)).to.equal(false);
    });
  });
});
