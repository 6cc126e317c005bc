import { expect } from 'chai';
import { explore, mutate, sweep, worstCase, type SystemView } from '../../../../src/testing/explorer/index.js';
import { commit } from '../support/two-phase-commit.js';

const stateOf = ({ actors }: { readonly actors: SystemView[string]['actors'] }) => actors['participant']?.value;
const someIs = (state: string) => (view: SystemView) =>
  Object.values(view).some((process) => stateOf(process) === state);

const agreement = {
  'no participant commits what another aborts': (view: SystemView) =>
    !(someIs('committed')(view) && someIs('aborted')(view)),
};
const reachable = { committed: someIs('committed'), aborted: someIs('aborted') };

describe('two-phase commit', () => {
  it('keeps agreement under loss, crash of any process, and partition', () => {
    const faults = { drop: 1, crash: 1, cut: 1 };
    const { states, edges } = explore(commit({ faults }), { always: agreement, reachable }).assert();
    // Pinned, so that a silent change of what is explored is seen.
    expect({ states, edges }).to.deep.equal({ states: 6107, edges: 26560 });
  });

  it('breaks agreement if a participant that gave its word frees its locks', () => {
    const { violations } = explore(commit({ isImpatient: true, faults: { drop: 1 } }), { always: agreement });
    expect(violations[0]?.toString()).to.equal(
      [
        "'no participant commits what another aborts' does not hold",
        '',
        'tick  coordinator               p1            p2',
        '   0  │── prepare ─────────────>│             │                               participant: working -> prepared',
        '   0  │<── prepared {from:p1} ──│             │                               coordinator: (votes [] -> [p1])',
        '   0  │── prepare ───────────────────────────>│                               participant: working -> prepared',
        '   0  │<──────────────── prepared {from:p2} ──│                               coordinator: asking -> committed',
        '   0  │── commit ──────────────>│             │                               participant: prepared -> committed',
        '   0  │── commit ────────────────────────────x│',
        '   6  │                         │             ◷ participant decisionTimeout   participant: prepared -> aborted',
      ].join('\n'),
    );
    expect(violations[0]?.replay().differences).to.deep.equal([]);
  });

  it('blocks the prepared when the coordinator crashes, as is well known', () => {
    const isPrepared = ({ p1 }: SystemView) => p1?.actors['participant']?.matches('prepared') === true;
    const isFree = (view: SystemView) => !isPrepared(view);
    const healthy = worstCase(commit(), isPrepared, isFree);
    // The other's request, its vote, and the decision, a tick each.
    expect(healthy.ticks).to.equal(3);
    expect(healthy.witness()?.steps.filter(({ kind }) => kind === 'tick')).to.have.length(3);
    const crashed = worstCase(commit({ faults: { crash: { max: 1, of: ['coordinator'] } } }), isPrepared, isFree);
    expect(crashed.ticks).to.equal(Infinity);
    expect(crashed.witness()?.loopAt).to.be.a('number');
  });

  it('has a tight bound for the patience of a participant where nothing is lost', () => {
    const { rows, bound, isTight } = sweep(
      ({ decisionTimeout }) => commit({ isImpatient: true, decisionTimeout }),
      { decisionTimeout: [1, 2, 3, 4, 5] },
      { always: agreement },
    );
    const outcomes = rows.map(({ values, outcome }) => `${values.decisionTimeout} ${outcome}`);
    expect(outcomes).to.deep.equal(['1 violated', '2 violated', '3 violated', '4 holds', '5 holds']);
    expect({ bound, isTight }).to.deep.equal({ bound: 4, isTight: true });
  });

  it('has properties that notice every mutant but those that only take longer to abort', () => {
    const isDecision = (message: unknown) => /commit|abort/.test(JSON.stringify(message));
    const result = mutate(commit({ faults: { drop: { max: 1, when: (message) => !isDecision(message) } } }), {
      always: agreement,
      reachable: { ...reachable, refusing: someIs('refusing') },
      leadsTo: {
        'everybody decides': {
          from: () => true,
          to: (view) =>
            Object.values(view).every((process) =>
              [undefined, 'committed', 'aborted'].includes(stateOf(process) as string),
            ),
        },
      },
    });
    // A refusal that goes missing is made up for by the timeout of the vote.
    expect(result.survivors.map(({ place, description }) => `${place}: ${description}`)).to.deep.equal([
      'coordinator.asking → on.refused: drops the transition on refused to aborted',
      'participant.refusing → on.prepare: drops the transition on prepare to aborted',
      'participant.refusing → on.prepare.actions[0]: drops the action send',
    ]);
    expect(result.score).to.be.closeTo(15 / 18, 0.001);
    expect(result.toString().split('\n')[0]).to.equal('15 of 18 mutants are noticed');
  });
});
