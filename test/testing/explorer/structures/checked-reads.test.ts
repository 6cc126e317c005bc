import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileSystem } from '../../../../src/testing/explorer/description/compile-system.js';
import { createProcessTable } from '../../../../src/testing/explorer/processes/process-table.js';
import { createLinkQueue } from '../../../../src/testing/explorer/state-space/link-queue.js';
import { createStateGraph } from '../../../../src/testing/explorer/state-space/state-graph.js';
import { createStepBuffer, StepKind } from '../../../../src/testing/explorer/state-space/step-buffer.js';
import { createSurroundingsTable } from '../../../../src/testing/explorer/state-space/surroundings.js';
import { itemAt, lastOf, wordAt } from '../../../../src/testing/explorer/structures/checked-reads.js';
import { createIntegerList } from '../../../../src/testing/explorer/structures/integer-list.js';
import { createStateTable } from '../../../../src/testing/explorer/structures/state-table.js';
import { requestSystem } from '../support/request-system.js';

const explorer = join(dirname(fileURLToPath(import.meta.url)), '../../../../src/testing/explorer');

const wrongIndices = [-1, 3, 0.5, NaN, 1e9];

describe('an index out of range', () => {
  it('throws where an item or a word is read', () => {
    for (const index of wrongIndices) {
      expect(() => itemAt(['a', 'b', 'c'], index), String(index)).to.throw(RangeError, `came ${index}`);
      expect(() => wordAt(new Int32Array(3), index), String(index)).to.throw(RangeError, 'from 0 to 2');
    }
    expect(() => lastOf([])).to.throw(RangeError);
    expect([itemAt(['', 'b'], 0), itemAt([0], 0), itemAt([false], 0), wordAt(new Int32Array(1), 0)]).to.deep.equal([
      '',
      0,
      false,
      0,
    ]);
  });

  it('throws in a list of integers, within its last chunk and after it was shortened', () => {
    const list = createIntegerList();
    for (const value of [5, 6, 7, 8]) list.push(value);
    list.truncate(3);
    for (const index of wrongIndices) {
      expect(() => list.get(index), String(index)).to.throw(RangeError);
      expect(() => list.set(index, 1), String(index)).to.throw(RangeError);
    }
    expect(list.get(2)).to.equal(7);
  });

  it('throws in a table of states: a row that was never added, and one that reaches beyond its words', () => {
    const table = createStateTable(2);
    table.add(Int32Array.of(1, 2), 0);
    for (const index of wrongIndices) expect(() => table.read(index, new Int32Array(2))).to.throw(RangeError);
    expect(() => table.read(1, new Int32Array(2))).to.throw(RangeError);
    expect(() => table.add(Int32Array.of(1, 2, 3), 2)).to.throw(RangeError);
    expect(() => table.find(Int32Array.of(1), 0)).to.throw(RangeError);
    expect(() => table.addAll(Int32Array.of(1, 2, 3), 2, new Int32Array(2))).to.throw(RangeError);
  });

  it('throws in a buffer of steps: a step that was not found, and a state that is too short', () => {
    const steps = createStepBuffer(2);
    steps.open(Int32Array.of(1, 2), StepKind.tick, 0, 0);
    expect([...steps.read(0).after]).to.deep.equal([1, 2]);
    for (const step of wrongIndices) expect(() => steps.read(step), String(step)).to.throw(RangeError);
    expect(() => steps.open(Int32Array.of(1), StepKind.tick, 0, 0)).to.throw(RangeError);
    steps.clear();
    expect(() => steps.read(0)).to.throw(RangeError);
  });

  it('throws in a graph: the edge and the way of a state that is not there', () => {
    const graph = createStateGraph(true);
    graph.add(-1);
    expect(graph.pathTo(0)).to.deep.equal([0]);
    expect(() => graph.pathTo(1)).to.throw(RangeError);
    expect(() => graph.target(0, 0)).to.throw(RangeError);
    expect(() => graph.entry(0)).to.throw(RangeError);
  });

  it('throws in the tables of a system: a state, a link’s content, surroundings that are none', () => {
    const system = compileSystem(requestSystem().config);
    const processes = createProcessTable(system);
    const none = processes.states.length;
    expect(() => processes.due(none)).to.throw(RangeError);
    expect(() => processes.isAlive(none)).to.throw(RangeError);
    expect(() => processes.tick(none)).to.throw(RangeError);
    expect(() => processes.react(none, 0)).to.throw(RangeError);
    const link = itemAt(system.links, 0);
    const queue = createLinkQueue(
      link,
      () => '',
      () => 0,
    );
    expect(() => queue.heads(7)).to.throw(RangeError);
    expect(() => queue.isUrgent(7)).to.throw(RangeError);
    expect(() => queue.tick(7)).to.throw(RangeError);
    expect(() => queue.push(7, 0, false)).to.throw(RangeError);
    const surroundings = createSurroundingsTable(system);
    expect(() => surroundings.isDown(surroundings.initial, system.links.length)).to.throw(RangeError);
    expect(() => surroundings.view(9)).to.throw(RangeError);
    expect(() => system.linkBetween(0, 9)).to.throw(RangeError);
  });

  it('is given no value of its own anywhere in the explorer', () => {
    const files = readdirSync(explorer, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
    expect(files.length).to.be.greaterThan(40);
    const found = files.flatMap((file) =>
      readFileSync(join(explorer, file), 'utf8')
        .split('\n')
        .filter((line) => /\](?:\?\.\w+)* \?\? (?:-?\d|''|\[\]|\{)/.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
    // A command may need no parameters, a process may start with no actor, what has waited is kept by its name, and a
    // message may come from nowhere.
    expect(found.sort()).to.deep.equal([
      'description/host-adapter.ts: const needed = paramsNeeded[type] ?? [];',
      "processes/process-host.ts: first: starts[0]?.id ?? '',",
      'search/simulate.ts: for (const [name, ticks] of Object.entries(walk.longest)) longest[name] = Math.max(longest[name] ?? 0, ticks);',
      'search/walker.ts: longest[name] = Math.max(longest[name] ?? 0, now);',
      "traces/trace-messages.ts: const sent = underWay[at] ?? { id: `unsent ${(count += 1)}`, from, to, subject: '', text };",
    ]);
  });
});
