import { createInspector, type StatelyInspectionEvent } from '@statelyai/inspect';
import { expect } from 'chai';
import { createMachine } from 'xstate';
import { createTracer } from '../../src/tracing/tracer.js';
import { showInStately } from '../../src/tracing/stately-inspect.js';
import { closePair, createPair } from '../support/pair.js';
import { settle } from '../support/settle.js';
import { numberedSource } from './numbered-source.js';

/** What Stately's inspector is given, with the tracer that tells it. */
function watch() {
  const events: StatelyInspectionEvent[] = [];
  const inspector = createInspector({ send: (event) => void events.push(event) });
  const tracer = createTracer({ flushMs: 0 });
  const actors = () => events.flatMap((event) => (event.type === '@xstate.actor' ? [event] : []));
  return { events, actors, tracer, inspector };
}

describe("Stately's inspector", () => {
  it('is told the actors of real clients, with statecharts, parents, events and snapshots', async () => {
    const { events, actors, tracer, inspector } = watch();
    const stop = showInStately(tracer, inspector);
    const pair = createPair({ consumer: { tracer }, producer: { tracer } });
    pair.producer.handle('numbers', numberedSource(3));
    await settle();
    const stream = pair.consumer.openStream('numbers');
    for await (const record of stream) expect(record.length).to.be.greaterThan(0);
    await settle();
    const own = actors().find(({ sessionId }) => sessionId === `consumer/${stream.id}`);
    expect(own).to.include({ name: 'numbers', parentId: 'consumer/client' });
    expect(own?.snapshot).to.have.property('status', 'active');
    const ofStream = events.filter(({ sessionId }) => sessionId === `consumer/${stream.id}`);
    const types = ofStream.flatMap((event) => (event.type === '@xstate.event' ? [event.event.type] : []));
    expect(types).to.include.members(['xstate.init', 'frame.close']);
    const last = ofStream.findLast((event) => event.type === '@xstate.snapshot');
    expect(last).to.have.nested.property('snapshot.status', 'done');
    const ends = events.flatMap((event) =>
      event.type === '@xstate.snapshot' && event.snapshot.status === 'done' && 'output' in event.snapshot
        ? [[event.sessionId.split('/')[0], event.snapshot.output]]
        : [],
    );
    const output = { reason: 'completed', code: 1000, text: '' };
    expect(ends).to.have.deep.members([
      ['consumer', output],
      ['producer', output],
    ]);
    stop();
    const count = events.length;
    pair.consumer.openStream('numbers').cancel();
    await settle();
    expect(events).to.have.lengthOf(count);
    await closePair(pair);
  });

  it('is told of those who lived before it was', async () => {
    const { actors, tracer, inspector } = watch();
    const pair = createPair({ consumer: { tracer } });
    const stream = pair.consumer.openStream('nobody');
    showInStately(tracer, inspector)();
    expect(actors().map(({ sessionId }) => sessionId)).to.have.members(['consumer/client', `consumer/${stream.id}`]);
    await closePair(pair);
  });

  it('is told how each stream ended, however it did, and by no snapshot of an actor that lives', async () => {
    const { events, tracer, inspector } = watch();
    const stop = showInStately(tracer, inspector);
    const pair = createPair({ consumer: { tracer }, producer: { tracer } });
    pair.producer.handle('numbers', async function* ({ signal }) {
      yield 'one';
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    pair.producer.handle('failing', () => {
      throw new Error('so be it');
    });
    await settle();
    const cancelled = pair.consumer.openStream('numbers');
    await cancelled.opened;
    cancelled.cancel('enough');
    const failing = pair.consumer.openStream('failing');
    await Promise.all([cancelled.closed, failing.closed]);
    await closePair(pair);
    await settle();
    stop();
    const outputs = events.flatMap((event) => {
      if (event.type !== '@xstate.snapshot') return [];
      const { status, output } = event.snapshot as { status: string; output?: { reason: string; code: number } };
      if (output === undefined) return [];
      expect(status).not.to.equal('active');
      return [`${event.sessionId.split('.')[0] ?? ''} ${output.reason} ${output.code}`];
    });
    expect(outputs).to.include(`consumer/${cancelled.id} cancelled 1006`);
    expect(outputs).to.include(`consumer/${failing.id} closed 5000`);
    expect(outputs.filter((text) => text.startsWith('producer/'))).to.have.lengthOf(2);
  });

  it('tells what lives to whoever connects and connects again, and traces nothing while nobody does', async () => {
    const { events, actors, tracer } = watch();
    const adapter = { status: 'closed', send: (event: StatelyInspectionEvent) => void events.push(event) };
    const show = showInStately(tracer, createInspector(adapter));
    const pair = createPair({ consumer: { tracer } });
    pair.producer.handle(
      'quiet',
      ({ signal }) => new Promise<string[]>((resolve) => signal.addEventListener('abort', () => resolve([]))),
    );
    await settle();
    const stream = pair.consumer.openStream('quiet');
    await stream.opened;
    expect(tracer.isListening).to.equal(false);
    expect(events).to.deep.equal([]);
    const told = async () => {
      while (!actors().some(({ name }) => name === 'quiet')) await new Promise((resolve) => setTimeout(resolve, 10));
      return actors().map(({ sessionId }) => sessionId);
    };
    for (let times = 0; times < 2; times += 1) {
      adapter.status = 'open';
      expect(await told()).to.have.members(['consumer/client', `consumer/${stream.id}`]);
      adapter.status = 'closed';
      while (tracer.isListening) await new Promise((resolve) => setTimeout(resolve, 10));
      events.length = 0;
    }
    adapter.status = 'connected';
    await told();
    events.length = 0;
    show.again();
    expect(await told()).to.have.lengthOf(2);
    show();
    show.again();
    expect(tracer.isListening).to.equal(false);
    await closePair(pair);
  });

  it('can make a machine of each definition', async () => {
    const { actors, tracer, inspector } = watch();
    const stop = showInStately(tracer, inspector);
    const pair = createPair({ consumer: { tracer }, producer: { tracer } });
    pair.producer.handle('some.numbers.>', numberedSource(1));
    await settle();
    pair.consumer.openStream('some.numbers.now');
    await settle();
    const definitions = actors().map(({ name, definition }) => [name, definition] as const);
    expect(definitions.map(([name]) => name)).to.have.members([
      ...['consumerClient', 'some.numbers.now', 'producerClient', 'some.numbers.now', 'heartbeat'],
    ]);
    for (const [name, definition = ''] of definitions) {
      const machine = createMachine(JSON.parse(definition) as never);
      expect(machine.id).to.equal(name);
      expect(Object.keys(machine.root.states).length).to.be.greaterThan(1);
      expect(machine.events.length).to.be.greaterThan(0);
    }
    stop();
    await closePair(pair);
  });
});
