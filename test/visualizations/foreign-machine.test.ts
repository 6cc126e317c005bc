import { expect } from 'chai';
import { indexMachine } from '../../src/trace-events/machine-index.js';
import type { TraceEvent, TraceStateNode } from '../../src/tracing/index.js';
import { actorName } from '../../visualizations/src/model/actor-name.js';
import { delayText, eventText } from '../../visualizations/src/model/event-text.js';
import type { SequencedEvent } from '../../visualizations/src/model/types.js';
import { SequenceModel } from '../../visualizations/src/panes/sequence/sequence-model.js';
import { placeLanes } from '../../visualizations/src/panes/sequence/geometry.js';
import { activeStates, statesById } from '../../visualizations/src/panes/statechart/active-states.js';
import { elkGraph } from '../../visualizations/src/panes/statechart/elk-graph.js';
import { collapsedToFit } from '../../visualizations/src/panes/statechart/fit.js';
import { chartOf, layout } from '../../visualizations/src/panes/statechart/layout.js';
import { Tracks } from '../../visualizations/src/panes/timeline/tracks.js';
import { orderMachine } from '../support/order-machine.js';
import { traceOrder } from '../support/order-run.js';

const { root } = indexMachine(orderMachine);
const states = statesById(root);
const stateOf = (path: string): TraceStateNode => states.get(`order.${path}`)!;
const isSequenced = (event: TraceEvent): event is SequencedEvent => event.type !== 'run';

describe('a machine with everything that the notation has', () => {
  it('is told with its 45 states: invocations, exits, and where history leads at first and how deep', () => {
    expect(states).to.have.property('size', 45);
    expect(stateOf('paying.charging').invokes).to.deep.equal([{ id: 'charge', src: 'chargeCard' }]);
    expect(stateOf('paying').exit).to.deep.equal(['unlock']);
    expect(stateOf('paying.lastStep')).to.include({ kind: 'history', isDeep: true });
    expect(stateOf('paying.lastStep').targets).to.deep.equal(['order.paying.asking']);
    expect(stateOf('fulfilling.goods.travelling.lastPlace')).to.include({ kind: 'history', isDeep: false });
    expect(stateOf('paying.asking')).not.to.have.any.keys('isDeep', 'targets', 'exit', 'invokes');
  });

  it("names XState's own actions and guards by what they do, and timers by their names alone", () => {
    expect(stateOf('fulfilling').entry).to.deep.equal(['assign', 'raise READ after grace']);
    expect(stateOf('fulfilling.goods.shelf').entry).to.deep.equal(['send SCAN to parcel-a']);
    expect(stateOf('finished').entry).to.deep.equal(['emit order.finished']);
    expect(stateOf('shopping.filling').transitions.map(({ guard }) => guard)).to.deep.equal([
      undefined,
      'hasItems and not(isLate)',
      'not(hasItems)',
    ]);
    expect(stateOf('fulfilling.letters.on').transitions.at(-1)?.guard).to.equal('in fulfilling.goods.delivered');
    expect(stateOf('shopping.checking').transitions[0]?.guard).to.equal('(inline)');
    expect(stateOf('shopping.soldOut').entry).to.deep.equal([]);
  });

  it('says onDone, onError and after 200 ms on its edges, and no name that XState made up', () => {
    const { edges, nodes } = elkGraph(root);
    const of = (path: string) => edges.filter(({ source }) => source === `order.${path}`).map(({ event }) => event);
    expect(of('shopping')).to.deep.equal(['CANCEL', 'onDone']);
    expect(of('shopping.checking')).to.deep.equal(['onDone', 'onDone', 'onError']);
    // It has states of its own, whose end would be an onDone too.
    expect(of('paying.charging')).to.deep.equal([
      'onDone (chargeCard)',
      'onError (chargeCard)',
      'onError (chargeCard)',
    ]);
    expect(of('shopping.soldOut')).to.deep.equal(['after 200 ms']);
    expect(of('paying.asking')).to.include.members(['after reviewTime', 'CHANGE CARD']);
    expect(of('paying.lastStep')).to.deep.equal(['']);
    const texts = [...edges.map(({ event }) => event), ...nodes.flatMap(({ notes }) => notes.map(({ text }) => text))];
    expect(texts.filter((text) => text.includes('xstate') || text.includes('order.'))).to.deep.equal([
      'entry / emit order.finished',
    ]);
    expect(texts).to.include.members(['invoke / carrier', 'invoke / chargeCard as charge', 'exit / unlock', 'always']);
  });

  it('has events in words', () => {
    const told = {
      'xstate.after.200.order.paying': 'after 200 ms',
      'xstate.after.0.5.order.paying': 'after 0.5 ms',
      'xstate.after.grace.order.paying': 'after grace',
      'after:grace': 'after grace',
      'xstate.done.state.order.paying': 'onDone',
      'xstate.done.actor.charge': 'onDone (charge)',
      'xstate.done.actor.0.order.paying': 'onDone',
      'xstate.error.actor.charge': 'onError (charge)',
      'xstate.snapshot.charge': 'onSnapshot (charge)',
      'xstate.promise.resolve': 'resolve',
      'xstate.init': 'start',
      'xstate.stop': 'stop',
      'parcel.scanned': 'parcel.scanned',
    };
    expect(Object.fromEntries(Object.keys(told).map((type) => [type, eventText(type)]))).to.deep.equal(told);
    expect(['200', 'grace'].map(delayText)).to.deep.equal(['200 ms', 'grace']);
    expect(actorName({ actor: '0.order.paying', src: 'chargeCard' })).to.equal('chargeCard');
    expect(actorName({ actor: 'charge', src: 'chargeCard' })).to.equal('charge');
    expect(actorName({ actor: 'x:3', machine: 'parcel' })).to.equal('parcel');
  });

  it('is collapsed as little as will do to be legible in a pane, first where nothing is active', async () => {
    // Each state takes the same room here, so that the test tells what is collapsed, not how ELK places it.
    const active = activeStates(root, {
      fulfilling: { goods: 'shelf', invoice: 'sent', letters: 'on', complaints: 'none' },
    });
    const sizeOf = (collapsed: ReadonlySet<string>) => {
      const { nodes } = elkGraph(root, collapsed);
      return { width: 100, height: 20 * nodes.length, nodes: [], edges: [], isList: false };
    };
    const fit = (height: number, collapsed: ReadonlySet<string> = new Set()) =>
      collapsedToFit(root, collapsed, active, { width: 200, height }, sizeOf);
    expect([...(await fit(2_000))]).to.deep.equal([]);
    expect([...(await fit(780))]).to.deep.equal(['order.paying']);
    const most = await fit(10);
    expect(most).to.include('order.fulfilling');
    expect([...most].at(-1)).to.equal('order.fulfilling');
    expect([...(await fit(780, new Set(['order.shopping'])))]).to.include('order.shopping');
  });

  it('becomes a list with all its transitions where it cannot be laid out', async () => {
    const unplaced = elkGraph(root);
    const chart = chartOf(unplaced, await layout(unplaced, () => Promise.reject(new Error('no'))));
    expect(chart.isList).to.equal(true);
  });
});

describe('the run of a machine that has nothing to do with streams', () => {
  let events: readonly SequencedEvent[];
  before(async () => {
    events = (await traceOrder()).filter(isSequenced);
  });

  it('tells each actor with its parent and what it runs, and each end once', () => {
    const actors = events.flatMap((event) => (event.type === 'actor' ? [[event.actor, event.parent, event.src]] : []));
    expect(actors).to.deep.equal([
      ['order', undefined, undefined],
      ['0.order.shopping.checking', 'order', 'checkStock'],
      ['charge', 'order', 'chargeCard'],
      ['charge', 'order', 'chargeCard'],
      ['parcel-a', 'order', 'parcel'],
      ['parcel-b', 'order', 'parcel'],
      ['carrier', 'order', 'carrier'],
    ]);
    const ends = events.flatMap((event) =>
      event.type === 'step' && event.status !== 'active' ? [[event.actor, event.status]] : [],
    );
    expect(ends).to.deep.equal([
      ['0.order.shopping.checking', 'done'],
      ['charge', 'error'],
      ['charge', 'done'],
      ['parcel-a', 'done'],
    ]);
  });

  it('has a row in the timeline for each of its actors, children below their parents', () => {
    const tracks = new Tracks('ms');
    for (const event of events) tracks.add(event);
    expect(tracks.tracks.map(({ name, depth, reason }) => [name, depth, reason])).to.deep.equal([
      ['order', 0, undefined],
      ['checkStock', 1, 'done'],
      ['charge', 1, 'done'],
      ['parcel-a', 1, 'done'],
      ['parcel-b', 1, undefined],
      ['carrier', 1, undefined],
    ]);
    const charge = tracks.tracks[2];
    // It failed, was not there for a while, and came again.
    expect(charge?.segments.map(({ state }) => state)).to.deep.equal(['active', 'error', '', 'active', 'done']);
    expect(tracks.tracks[0]?.segments.some(({ phase }) => phase === 'fulfilling')).to.equal(true);
  });

  it('has a lifeline in the sequence for each of them, with what they tell each other as arrows, and no wire', () => {
    const model = new SequenceModel({ streams: undefined, foldHeartbeats: true, foldRecords: true });
    for (const event of events) model.add(event);
    expect(placeLanes(model.lanes, new Set(), 800, model.usesWire).lanes.map(({ name }) => name)).to.deep.equal([
      'order',
      'checkStock',
      'charge',
      'parcel-a',
      'parcel-b',
      'carrier',
    ]);
    const said = model.rows.map((_, row) => model.textOf(row, 'ms'));
    expect(said).to.include.members([
      'order → parcel-a: starts',
      'checkStock → order: onDone',
      'charge → order: onError (charge)',
      'order → parcel-a: SCAN',
      'parcel-a → order: parcel.scanned',
      'parcel-a: forgotten (done) ← after 200 ms',
      'order: paying.charging.sending ← PAY',
    ]);
    expect(said.filter((text) => text.includes('xstate'))).to.deep.equal([]);
  });

  it('gives the actors of clients, and what happens while one stream is shown alone, no lifelines', () => {
    const alone = new SequenceModel({ streams: new Set(['inbox.a']), foldHeartbeats: true, foldRecords: true });
    for (const event of events) alone.add(event);
    expect(alone.lanes).to.deep.equal([]);
    const tracks = new Tracks('ms');
    const client: readonly SequencedEvent[] = [
      { type: 'system', seq: 1, at: 0, system: 'consumer', role: 'consumer', op: 'start' },
      { type: 'actor', seq: 2, at: 0, system: 'consumer', actor: 'client', value: 'active', context: null },
    ];
    const model = new SequenceModel({ streams: undefined, foldHeartbeats: true, foldRecords: true });
    for (const event of client) {
      tracks.add(event);
      model.add(event);
    }
    expect(tracks.tracks).to.deep.equal([]);
    expect(model.lanes.map(({ key }) => key)).to.deep.equal(['consumer']);
  });

  it('goes on where actors are told anew, in the rows and lifelines that they have', () => {
    const again = events.filter(({ type }) => type === 'actor').map((event) => ({ ...event, seq: 900, at: 900 }));
    const living = again.filter((event) => event.type === 'actor' && event.actor === 'parcel-b');
    const tracks = new Tracks('ms');
    const model = new SequenceModel({ streams: undefined, foldHeartbeats: true, foldRecords: true });
    for (const event of [...events, ...living]) {
      tracks.add(event);
      model.add(event);
    }
    expect(tracks.tracks).to.have.length(6);
    expect(tracks.tracks[4]?.segments).to.have.length(1);
    expect(model.lanes).to.have.length(6);
    expect(model.rows.filter(({ seq }) => seq === 900)).to.deep.equal([]);
  });
});
