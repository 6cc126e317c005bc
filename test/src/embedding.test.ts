import { expect } from 'chai';
import { waitFor, type InspectionEvent } from 'xstate';
import { closePair, createPair } from '../support/pair.js';
import { readAll } from '../support/read.js';
import { settle } from '../support/settle.js';

describe('The actors of clients', () => {
  it('walks opening, active and closed, as waitFor sees it', async () => {
    const pair = createPair();
    pair.producer.handle('logs', async function* () {
      yield 'one';
      await settle();
    });
    const { actor } = pair.consumer.openStream('logs');
    expect(actor.getSnapshot().value).to.deep.equal({ opening: 'waiting' });
    await waitFor(actor, (snapshot) => snapshot.matches('active'));
    const last = await waitFor(actor, (snapshot) => snapshot.status === 'done');
    expect(last.value).to.equal('closed');
    expect(pair.consumer.actor.getSnapshot().matches({ open: { intake: 'accepting' } })).to.equal(true);
    await closePair(pair);
  });

  it('shows every actor to the inspect observer', async () => {
    const seen = new Set<string>();
    const inspect = (event: InspectionEvent) => {
      if (event.type === '@xstate.event') seen.add(event.event.type);
    };
    const pair = createPair({ consumer: { inspect }, producer: { inspect } });
    pair.producer.handle('logs', () => ['one']);
    await readAll(pair.consumer.openStream('logs'));
    await settle();
    expect([...seen]).to.include.members(['app.open', 'frame.close', 'request.received', 'source.record']);
    await closePair(pair);
  });
});

describe('An inspect observer that throws', () => {
  for (const form of ['function', 'observer'] as const) {
    it(`stops nothing that it watches, as a ${form}, and is warned of`, async () => {
      const error = new Error('mine');
      const next = (event: InspectionEvent) => {
        if (event.type === '@xstate.event') throw error;
      };
      const inspect = form === 'function' ? next : { next };
      const pair = createPair({ consumer: { inspect }, producer: { inspect } });
      pair.producer.handle('logs', () => ['one', 'two']);
      expect(await readAll(pair.consumer.openStream('logs').text())).to.deep.equal(['one', 'two']);
      await settle();
      expect(pair.consumer.streams).to.deep.equal([]);
      expect(pair.producer.streams).to.deep.equal([]);
      expect(pair.warnings[0]).to.deep.equal({ code: 'callbackThrew', message: 'the inspect observer threw', error });
      await closePair(pair);
    });
  }
});
