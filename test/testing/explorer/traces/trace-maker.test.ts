import { expect } from 'chai';
import { compileSystem } from '../../../../src/testing/explorer/description/compile-system.js';
import { createStepBuffer } from '../../../../src/testing/explorer/state-space/step-buffer.js';
import { createSuccessors } from '../../../../src/testing/explorer/state-space/successors.js';
import { createTraceMaker } from '../../../../src/testing/explorer/traces/trace-maker.js';
import { requestSystem } from '../support/request-system.js';

describe('a trace maker', () => {
  it('finds steps in a buffer of its own, so that those of an exploration stay what they are', () => {
    const system = compileSystem(requestSystem().config);
    const successors = createSuccessors(system);
    const initial = successors.initial();
    if (!(initial instanceof Int32Array)) throw new Error(initial.fault);
    const found = createStepBuffer(successors.width);
    successors.expand(initial, 0, () => true, found);
    const before = Array.from({ length: found.count }, (_, step) => found.read(step));
    expect(before.length).to.be.greaterThan(0);
    const traces = createTraceMaker(system, successors, (state, into) => successors.expand(state, 0, () => true, into));
    for (const [step, { after }] of before.entries()) {
      const trace = traces.along([initial, after]);
      expect(trace.steps).to.have.length(1);
      expect(trace).to.deep.equal(traces.withLastStep([initial], step));
    }
    expect(Array.from({ length: found.count }, (_, step) => found.read(step))).to.deep.equal(before);
  });

  it('tells no step that is not there', () => {
    const system = compileSystem(requestSystem().config);
    const successors = createSuccessors(system);
    const initial = successors.initial();
    if (!(initial instanceof Int32Array)) throw new Error(initial.fault);
    const traces = createTraceMaker(system, successors, (state, into) => successors.expand(state, 0, () => true, into));
    expect(() => traces.withLastStep([initial], 1_000)).to.throw(RangeError);
    expect(() => traces.withBrokenStep([initial], 0)).to.throw(RangeError);
    expect(() => traces.withLastStep([], 0)).to.throw(RangeError);
    expect(() => traces.along([initial, initial.map(() => 0)])).to.throw('was not found again');
  });
});
