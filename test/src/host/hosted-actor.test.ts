import { expect } from 'chai';
import fc from 'fast-check';
import type { AnyActor, AnyStateMachine } from 'xstate';
import { HostedActor, type ActorHost } from '../../../src/host/hosted-actor.js';
import { createTestClock } from '../../../src/testing/index.js';
import { subjects, type Subject } from '../../machines/random-runs.js';
import { seed } from '../../support/seed.js';
import type { StepEvent } from '../../support/transitions.js';

/** The machine, with commands and delays that ask the actor who runs it. */
function hosted(machine: AnyStateMachine): AnyStateMachine {
  const { actions, delays } = machine.implementations as Readonly<Record<'actions' | 'delays', object>>;
  const hostOf = (scope: { readonly self: { readonly clock: unknown } }) => (scope.self.clock as HostedActor).host;
  const commands = Object.keys(actions).filter((type) => type.includes('.'));
  return machine.provide({
    actions: Object.fromEntries(
      commands.map((type) => [type, (scope: never, params: unknown) => hostOf(scope).record(type, params)]),
    ),
    delays: Object.fromEntries(
      Object.keys(delays).map((name) => [name, (scope: never) => hostOf(scope).delayOf(name, scope)]),
    ),
  } as unknown as Parameters<AnyStateMachine['provide']>[0]);
}

/** One actor, of which everything is noted that somebody can notice who does not look at the actor itself. */
function createBench(machine: AnyStateMachine, input: object | undefined, lookAt: number) {
  const lines: unknown[] = [];
  const clock = createTestClock();
  const host: ActorHost = {
    delayOf: (name) => 1_000 + name.length,
    record: (type, params) => lines.push({ type, params }),
    runTimer: (timer) => {
      lines.push(`a timer of ${timer.actorId} fires`);
      timer.fire();
    },
    over: () => lines.push('over'),
    broke: (_, error) => lines.push(String(error)),
  };
  const timed = {
    now: () => clock.now(),
    setTimeout: (fn: () => void, ms: number) => clock.setTimeout(fn, ms),
    clearTimeout: (handle: unknown) => clock.clearTimeout(handle),
  };
  const actor = new HostedActor({
    host,
    id: 'one',
    machine,
    input,
    clock: timed,
    startedAt: clock.now(),
    inspect: undefined,
  });
  let looked: AnyActor | undefined;
  let steps = 0;
  const look = (): void => {
    if (steps === lookAt) looked = actor.actor;
    steps += 1;
    if (looked !== undefined) expect(actor.actor).to.equal(looked);
    lines.push(seenOf(actor.snapshot));
  };
  actor.start();
  look();
  return {
    lines,
    actor,
    take: async (event: StepEvent | number) => {
      if (typeof event === 'number') await clock.advance(event);
      else if (actor.isActive) actor.send(event);
      look();
    },
    timers: () => clock.pending(),
  };
}

interface Seen {
  readonly value: unknown;
  readonly context: unknown;
  readonly status: string;
}

function seenOf({ value, context, status }: Seen): unknown {
  return { value, context: JSON.parse(JSON.stringify(context ?? null)) as unknown, status };
}

describe(`an actor that is made when somebody looks at it (SEED=${seed})`, () => {
  for (const [name, { machine, inputs, events }] of Object.entries<Subject>(subjects)) {
    it(`goes on where the machine is, whenever that is, with the timers that run: ${name}`, async () => {
      const provided = hosted(machine);
      const schedule = fc.array(fc.oneof({ weight: 4, arbitrary: events }, fc.integer({ min: 1, max: 2_000 })), {
        maxLength: 30,
      });
      await fc.assert(
        fc.asyncProperty(inputs, schedule, fc.nat({ max: 30 }), async (input, sequence, lookAt) => {
          const never = createBench(provided, input, -1);
          const sometime = createBench(provided, input, lookAt);
          for (const event of sequence) {
            await never.take(event);
            await sometime.take(event);
            expect(sometime.lines).to.deep.equal(never.lines);
            expect(sometime.timers()).to.deep.equal(never.timers());
          }
          // What was over before somebody looked is over for who looks then.
          const late = never.actor.actor;
          expect(seenOf(late.getSnapshot() as Seen)).to.deep.equal(seenOf(sometime.actor.snapshot));
        }),
        { seed, numRuns: 60 },
      );
    });
  }

  it('is stopped as XState stops an actor, looked at or not', () => {
    const { machine } = subjects.consumerStream;
    for (const lookAt of [-1, 0]) {
      const { actor, lines, timers } = createBench(hosted(machine), { id: 'a', subject: 's', linkUp: true }, lookAt);
      actor.stop();
      expect(lines.at(-1)).to.equal('over');
      expect(timers()).to.deep.equal([]);
      expect(actor.isActive).to.equal(false);
      expect(actor.actor.getSnapshot()).to.have.property('status', 'stopped');
    }
  });

  it('tells of what breaks it, and can be looked at afterwards', () => {
    const machine = subjects.consumerStream.machine.provide({
      guards: {
        isLinkUp: () => {
          throw new Error('a guard broke');
        },
      },
    });
    const { actor, lines } = createBench(hosted(machine), { id: 'a', subject: 's', linkUp: true }, -1);
    expect(lines[0]).to.equal('Error: a guard broke');
    expect(actor.actor.getSnapshot()).to.have.property('status', 'error');
  });
});
