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
    expect(own).to.include({ name: 'consumerStream', parentId: 'consumer/client' });
    expect(own?.snapshot).to.have.property('status', 'active');
    const ofStream = events.filter(({ sessionId }) => sessionId === `consumer/${stream.id}`);
    const types = ofStream.flatMap((event) => (event.type === '@xstate.event' ? [event.event.type] : []));
    expect(types).to.include.members(['xstate.init', 'frame.close']);
    const last = ofStream.findLast((event) => event.type === '@xstate.snapshot');
    expect(last).to.have.nested.property('snapshot.status', 'done');
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

  it('can make a machine of each definition', async () => {
    const { actors, tracer, inspector } = watch();
    const stop = showInStately(tracer, inspector);
    const pair = createPair({ consumer: { tracer }, producer: { tracer } });
    pair.producer.handle('numbers', numberedSource(1));
    await settle();
    pair.consumer.openStream('numbers');
    await settle();
    const definitions = new Map(actors().map(({ name, definition }) => [name, definition]));
    expect([...definitions.keys()]).to.have.members([
      'consumerClient',
      'consumerStream',
      'producerClient',
      'producerStream',
      'heartbeat',
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
