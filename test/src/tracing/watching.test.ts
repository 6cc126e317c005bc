import { expect } from 'chai';
import { createActor, createMachine } from 'xstate';
import { createTracer, showInPage, type TraceEvent } from '../../../src/tracing/index.js';

const lamp = createMachine({ id: 'lamp', initial: 'dark', states: { dark: { on: { press: 'lit' } }, lit: {} } });
const room = createMachine({
  id: 'room',
  initial: 'empty',
  invoke: { id: 'desk', src: lamp },
  states: { empty: { on: { enter: 'used' } }, used: { invoke: { id: 'bed', src: lamp } } },
});

const namesOf = (events: readonly TraceEvent[]) =>
  events.flatMap((event) => (event.type === 'actor' ? [[event.actor, event.value]] : []));
const stepsOf = (events: readonly TraceEvent[]) =>
  events.flatMap((event) => (event.type === 'step' ? [`${event.actor} ${event.event.type}`] : []));

describe('an application that a tracer watches', () => {
  for (const isHeard of [true, false]) {
    it(`is told as it is, with its children, and goes on${isHeard ? ', to whoever listens already' : ''}`, () => {
      const tracer = createTracer({ flushMs: 0 });
      const events: TraceEvent[] = [];
      const listen = () => tracer.listen((batch) => void events.push(...batch));
      const app = createActor(room, { id: 'room' }).start();
      if (isHeard) listen();
      tracer.watch(app);
      if (!isHeard) listen();
      expect(namesOf(events)).to.deep.equal([
        ['room', 'empty'],
        ['desk', 'dark'],
      ]);
      app.send({ type: 'enter' });
      expect(namesOf(events).at(-1)).to.deep.equal(['bed', 'dark']);
      expect(stepsOf(events)).to.deep.equal(['room enter', 'bed xstate.init']);
    });
  }

  it('that is observed already, or watched twice, is told once', () => {
    const tracer = createTracer({ flushMs: 0 });
    const events: TraceEvent[] = [];
    tracer.listen((batch) => void events.push(...batch));
    const app = createActor(room, { id: 'room', inspect: tracer.inspect }).start();
    tracer.watch(app);
    tracer.watch(app);
    app.send({ type: 'enter' });
    expect(stepsOf(events).filter((step) => step === 'room enter')).to.have.length(1);
    expect(namesOf(events).map(([name]) => name)).to.deep.equal(['room', 'desk', 'bed']);
  });

  it('is refused a page outside of a browser', () => {
    expect(() => showInPage(createTracer(), { url: '/page/index.html' })).to.throw(
      'showInPage: expected a browser with a document, came none',
    );
  });
});
