import { expect } from 'chai';
import { initialTransition } from 'xstate';
import * as machines from '../../machines/index.js';
import { consumerStreamMachine, heartbeatMachine } from '../../machines/index.js';
import { indexMachine } from '../../src/trace-events/machine-index.js';
import type { TraceStateNode } from '../../src/trace-events/trace-event.js';
import { activeStates, statesById } from '../../visualizations/src/panes/statechart/active-states.js';
import type { Box, Chart } from '../../visualizations/src/panes/statechart/chart.js';
import { countdown } from '../../visualizations/src/panes/statechart/countdown.js';
import { elkGraph } from '../../visualizations/src/panes/statechart/elk-graph.js';
import { chartOf, layout, type Placer } from '../../visualizations/src/panes/statechart/layout.js';
import { createLayouts, type Layouts } from '../../visualizations/src/panes/statechart/layouts.js';
import { createDirectPlacer, ownPlacements } from '../../visualizations/src/panes/statechart/own-placements-plugin.js';
import { arrowHead, roundedPath } from '../../visualizations/src/panes/statechart/path.js';
import { heat, shortCount } from '../../visualizations/src/panes/statechart/population.js';
import { isNotTaken, isRefusal, refusalText } from '../../visualizations/src/panes/statechart/refusal.js';
import { activeBoxes, followingSight, wholeSight } from '../../visualizations/src/panes/statechart/sight.js';

const consumerStream = indexMachine(consumerStreamMachine).root;
const nothing: ReadonlySet<string> = new Set();
const failing: Placer = () => Promise.reject(new Error('Invalid hitboxes'));

function isWithin(inner: Box, outer: Box): boolean {
  return (
    inner.x >= outer.x &&
    inner.y >= outer.y &&
    inner.x + inner.width <= outer.x + outer.width &&
    inner.y + inner.height <= outer.y + outer.height
  );
}

function overlaps(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function targetCount(state: TraceStateNode): number {
  const own = state.transitions.reduce((sum, { targets }) => sum + targets.length, 0);
  return state.children.reduce((sum, child) => sum + targetCount(child), own);
}

async function placed(root: TraceStateNode, collapsed = nothing): Promise<Chart> {
  const unplaced = elkGraph(root, collapsed);
  return chartOf(unplaced, await layout(unplaced, createDirectPlacer()));
}

describe('the layout of a statechart', () => {
  let layouts: Layouts;

  before('lay out all machines as a build does', async function () {
    layouts = createLayouts(await ownPlacements(createDirectPlacer()), () => failing);
  });

  for (const machine of Object.values(machines)) {
    if (typeof machine !== 'object' || !('root' in machine)) continue;
    const { root } = indexMachine(machine);

    it(`knows the chart of ${machine.id}: boxes in boxes, labels clear of each other, a line for each transition`, () => {
      const found = layouts.chart(root, nothing);
      expect(found).not.to.be.instanceOf(Promise);
      const chart = found as Chart;
      expect(chart.isList).to.equal(false);
      const boxes = new Map(chart.nodes.map((node) => [node.id, node]));
      for (const node of chart.nodes) {
        const parent = boxes.get(node.parent ?? '');
        if (parent !== undefined) expect(isWithin(node, parent), `${node.id} within ${parent.id}`).to.equal(true);
        for (const other of chart.nodes) {
          if (other.parent !== node.parent || other.id <= node.id) continue;
          expect(overlaps(node, other), `${node.id} over ${other.id}`).to.equal(false);
        }
      }
      expect(chart.edges.filter(({ transition: key }) => key !== undefined)).to.have.length(targetCount(root));
      for (const edge of chart.edges) expect(edge.points.length).to.be.at.least(2);
      const labels = chart.edges.flatMap(({ label }) => label ?? []);
      labels.forEach((label, at) => {
        for (const other of labels.slice(at + 1)) expect(overlaps(label, other)).to.equal(false);
      });
    });
  }

  it('hides what is in a collapsed state, and leads the lines of it to its box', async () => {
    const chart = await placed(consumerStream, new Set(['consumerStream.active']));
    const ids = chart.nodes.map(({ id }) => id);
    expect(ids).to.include('consumerStream.active');
    expect(ids.filter((id) => id.startsWith('consumerStream.active.'))).to.deep.equal([]);
    expect(
      chart.edges.some(({ delay, source }) => delay === 'silenceTimeout' && source === 'consumerStream.active'),
    ).to.equal(true);
    expect(
      chart.edges.some(({ event, target }) => event === 'link.lost' && target === 'consumerStream.active'),
    ).to.equal(false);
  });

  it('tries plainer settings where the layout fails, and tells each failure', async () => {
    const direct = createDirectPlacer();
    const failures: unknown[] = [];
    const fussy: Placer = (graph) =>
      graph.layoutOptions?.['elk.layered.compaction.postCompaction.strategy'] === undefined
        ? direct(graph)
        : Promise.reject(new Error('Invalid hitboxes'));
    const placement = await layout(elkGraph(consumerStream), fussy, (error) => failures.push(error));
    expect(placement).not.to.equal(undefined);
    expect(failures.length).to.be.at.least(2);
  });

  it('becomes an indented list where every layout fails', async () => {
    const unplaced = elkGraph(consumerStream);
    const chart = chartOf(unplaced, await layout(unplaced, failing));
    expect(chart.isList).to.equal(true);
    const waiting = chart.nodes.find(({ id }) => id === 'consumerStream.opening.waiting');
    const opening = chart.nodes.find(({ id }) => id === 'consumerStream.opening');
    expect(waiting?.x).to.be.greaterThan(opening?.x ?? Infinity);
    expect(chart.edges.every(({ points }) => points.length === 0)).to.equal(true);
    expect(chart.edges.filter(({ label }) => label !== undefined)).to.have.length(targetCount(consumerStream));
  });

  it('places a foreign machine once, and knows it then', async () => {
    let placings = 0;
    const direct = createDirectPlacer();
    const foreign = createLayouts({}, () => (graph) => {
      placings += 1;
      return direct(graph);
    });
    const first = foreign.chart(consumerStream, nothing);
    expect(first).to.be.instanceOf(Promise);
    await Promise.all([first, foreign.chart(consumerStream, nothing)]);
    const before = placings;
    expect(foreign.chart(consumerStream, nothing)).not.to.be.instanceOf(Promise);
    expect(placings).to.equal(before);
  });
});

describe('what a statechart tells', () => {
  it('finds the active states of nested and of parallel values', () => {
    expect([...activeStates(consumerStream, { active: 'listening' })]).to.deep.equal([
      'consumerStream',
      'consumerStream.active',
      'consumerStream.active.listening',
    ]);
    const { root } = indexMachine(heartbeatMachine);
    const [snapshot] = initialTransition(heartbeatMachine, { id: 'reader', missedHeartbeatsMax: 2 });
    const active = activeStates(root, snapshot.value);
    const expected = snapshot._nodes.map(({ id }) => id);
    expect([...active].sort()).to.deep.equal(expected.sort());
  });

  it('passes over states that the machine does not have', () => {
    expect([...activeStates(consumerStream, { gone: 'away' })]).to.deep.equal(['consumerStream']);
  });

  it('says why an event was refused: by no transition, or by the guards that said no', () => {
    const step = {
      type: 'step',
      system: 'a',
      actor: 'b',
      seq: 1,
      at: 0,
      value: 'x',
      commands: [],
      status: 'active',
    } as const;
    const unknown = { ...step, event: { type: 'late' }, taken: [] };
    expect(refusalText(consumerStream, unknown, 'closed')).to.equal('no transition for late in closed');
    const starting = statesById(consumerStream).get('consumerStream.opening.starting');
    const index = starting?.transitions.findIndex(({ guard }) => guard === 'isLinkUp') ?? -1;
    const guarded = {
      ...step,
      event: { type: 'go' },
      taken: [],
      refused: [{ source: 'consumerStream.opening.starting', index }],
    };
    expect(refusalText(consumerStream, guarded, 'opening')).to.equal('go: the guard said no at starting [isLinkUp]');
    const ended = {
      ...unknown,
      event: { type: 'xstate.after.openTimeout.consumerStream.opening' },
      status: 'done',
    } as const;
    expect(refusalText(consumerStream, ended, 'closed')).to.equal('after openTimeout came to an actor that is done');
    expect([unknown, guarded, ended].map(isRefusal)).to.deep.equal([false, true, true]);
    expect([unknown, guarded, { ...unknown, event: { type: 'xstate.init' } }].map(isNotTaken)).to.deep.equal([
      true,
      true,
      false,
    ]);
  });

  it('counts a timer down from its start to its deadline, and not beyond', () => {
    const timer = { timer: 't', state: 's', delay: 'd', startedAt: 1_000, duration: 4_000, deadline: 5_000 };
    expect(countdown(timer, 1_000, 'ms')).to.deep.equal({ left: 1, text: '4.0s' });
    expect(countdown(timer, 4_000, 'ms')).to.deep.equal({ left: 0.25, text: '1.0s' });
    expect(countdown(timer, 9_000, 'ms').left).to.equal(0);
    expect(countdown({ timer: 't', state: 's', delay: 'd', startedAt: 0 }, 5, 'tick').left).to.equal(undefined);
  });

  it('warms with the number of times on a logarithmic scale, and is cold at none', () => {
    expect(heat(0, 100)).to.equal(0);
    expect(heat(100, 100)).to.equal(1);
    expect(heat(1, 1_000_000)).to.be.within(0.1, 0.3);
    expect([950, 1_234, 48_200, 3_100_000].map(shortCount)).to.deep.equal(['950', '1.2k', '48k', '3.1M']);
  });

  it('rounds the corners of a line and ends it in an arrow', () => {
    const points = [
      { x: 0, y: 0 },
      { x: 0, y: 20 },
      { x: 30, y: 20 },
    ];
    expect(roundedPath(points)).to.equal('M0,0L0,14Q0,20 6,20L30,20');
    expect(arrowHead(points).split(' ')[0]).to.equal('30,20');
  });
});

describe('what of a statechart is in sight', () => {
  const pane = { width: 600, height: 400 };
  const focus = { x: 900, y: 700, width: 80, height: 30 };

  it('is all of it in the middle, where that can be read', () => {
    const sight = followingSight({ width: 700, height: 300 }, pane, [focus], undefined);
    expect(sight).to.deep.equal(wholeSight({ width: 700, height: 300 }, pane));
    expect(sight.scale).to.be.closeTo(576 / 700, 1e-9);
    expect(sight.x).to.be.closeTo(12, 1e-9);
  });

  it('is the part around what is active, where all of it would be too small', () => {
    const chart = { width: 1_500, height: 1_200 };
    const { scale, x, y } = followingSight(chart, pane, [focus], undefined);
    expect(scale).to.equal(0.85);
    expect([focus.x * scale + x, focus.y * scale + y].every((place) => place > 0)).to.equal(true);
    expect((focus.x + focus.width) * scale + x).to.be.lessThan(pane.width);
    expect((focus.y + focus.height) * scale + y).to.be.lessThan(pane.height);
  });

  it('does not move while what is active is in sight, and never shows more than a margin beside the chart', () => {
    const chart = { width: 1_500, height: 1_200 };
    const first = followingSight(chart, pane, [focus], undefined);
    const near = { ...focus, x: focus.x + 60 };
    expect(followingSight(chart, pane, [near], first)).to.equal(first);
    const far = followingSight(chart, pane, [{ ...focus, x: 20, y: 20 }], first);
    expect([far.x, far.y]).to.deep.equal([12, 12]);
  });

  it('is around the innermost active states, of all regions', async () => {
    const chart = await placed(consumerStream);
    const listening = chart.nodes.find(({ id }) => id === 'consumerStream.active.listening');
    const { x, y, width, height } = listening as Box;
    const active = activeStates(consumerStream, { active: 'listening' });
    const boxes = activeBoxes(chart, active);
    expect(boxes.map((box) => [box.x, box.y, box.width, box.height])).to.deep.equal([[x, y, width, height]]);
    expect(activeBoxes(chart, nothing)).to.deep.equal([]);
  });

  it('shows the whole of a state that was just entered, where active states are too far apart to be shown at once', () => {
    const chart = { width: 4_000, height: 3_000 };
    const [entered, near, far] = [focus, { ...focus, x: 700 }, { ...focus, x: 3_500, y: 2_500 }];
    const { scale, x, y } = followingSight(chart, pane, [entered, far, near], undefined);
    const isShown = (box: Box): boolean =>
      box.x * scale + x >= 0 &&
      box.y * scale + y >= 0 &&
      (box.x + box.width) * scale + x <= pane.width &&
      (box.y + box.height) * scale + y <= pane.height;
    expect([entered, near, far].map(isShown)).to.deep.equal([true, true, false]);
  });
});
