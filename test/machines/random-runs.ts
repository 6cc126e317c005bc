import fc from 'fast-check';
import type { AnyStateMachine } from 'xstate';
import {
  consumerClientMachine,
  consumerStreamMachine,
  heartbeatMachine,
  producerClientMachine,
  producerStreamMachine,
  type Command,
  type CommandParams,
  type CommandType,
} from '../../machines/index.js';
import { advance, begin, timeUp, type Snapshot, type Step, type StepEvent } from '../support/transitions.js';
import { seed } from '../support/seed.js';

const streamId = fc.constantFrom('s1', 's2', 's3', 's4');
const consumer = fc.constantFrom('c1', 'c2');
const listed = fc.array(
  streamId.map((id) => ({ subject: 'logs.web', streamId: id })),
  { maxLength: 4 },
);
const text = fc.constantFrom('', 'why');

const linkEvents: fc.Arbitrary<StepEvent> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom({ type: 'link.lost' } as const, { type: 'link.restored' } as const) },
  { weight: 1, arbitrary: text.map((why) => ({ type: 'link.closed', text: why }) as const) },
);

const closing: fc.Arbitrary<StepEvent> = fc.constant({ type: 'app.close' } as const);

/** The ends of all delays of a machine: an event of a state that is not active changes nothing. */
function timers(machine: AnyStateMachine, ...delays: readonly (readonly [string, string])[]): fc.Arbitrary<StepEvent> {
  return fc.constantFrom(...delays.map(([delay, state]) => timeUp(machine, delay, state)));
}

const consumerStreamEvents: fc.Arbitrary<StepEvent> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom({ type: 'frame.data' } as const, { type: 'heartbeat.alive' } as const) },
  { weight: 2, arbitrary: fc.constant({ type: 'heartbeat.listed' } as const) },
  fc.record({ type: fc.constant('frame.close' as const), code: fc.constantFrom(1000, 1001, 4030, 5000), text }),
  fc.record({ type: fc.constantFrom('frame.malformed' as const, 'reader.overflow' as const), text }),
  fc.constant({ type: 'frame.noResponders' } as const),
  text.map((why) => ({ type: 'link.refused', text: why }) as const),
  fc.record({
    type: fc.constant('app.cancel' as const),
    reason: fc.constantFrom('cancelled' as const, 'timedOut' as const),
    text,
  }),
  closing,
  { weight: 4, arbitrary: linkEvents },
  timers(
    consumerStreamMachine,
    ['openTimeout', 'opening.waiting'],
    ['openTimeout', 'opening.returning'],
    ['requestRetry', 'opening.returning.resting'],
    ['silenceTimeout', 'active.listening'],
    ['cancellationBuffer', 'cancelling'],
  ),
);

export const consumerClientEvents: fc.Arbitrary<StepEvent> = fc.oneof(
  { weight: 6, arbitrary: streamId.map((id) => ({ type: 'app.open', id, subject: 'logs.web' }) as const) },
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constantFrom('stream.left' as const, 'stream.closed' as const), id: streamId }),
  },
  fc.record({ type: fc.constant('stream.renewed' as const), id: streamId, attempt: fc.integer({ min: 1, max: 2 }) }),
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('heartbeat.requested' as const),
      reply: fc.constant('r'),
      streams: listed,
    }),
  },
  { weight: 3, arbitrary: linkEvents },
  fc.constantFrom({ type: 'app.drain' } as const, { type: 'app.close' } as const),
);

const producerStreamEvents: fc.Arbitrary<StepEvent> = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ type: 'source.record' } as const) },
  {
    weight: 6,
    arbitrary: fc.constantFrom({ type: 'heartbeat.reported' } as const, { type: 'heartbeat.confirmed' } as const),
  },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      { type: 'flow.blocked' } as const,
      { type: 'flow.starved' } as const,
      { type: 'flow.open' } as const,
      { type: 'peer.resumed' } as const,
      { type: 'peer.acknowledged' } as const,
    ),
  },
  fc.record({ type: fc.constant('peer.cancelled' as const), text }),
  fc.constant({ type: 'heartbeat.lost' } as const),
  text.map((why) => ({ type: 'heartbeat.refused', text: why }) as const),
  fc.record({ type: fc.constant('peer.unreachable' as const), code: fc.constantFrom(1001, 4030), text }),
  fc.record({ type: fc.constant('source.ended' as const), text }),
  fc.record({ type: fc.constant('source.failed' as const), code: fc.constantFrom(5000, 4321), text }),
  closing,
  { weight: 2, arbitrary: linkEvents },
  timers(producerStreamMachine, ['cancellationBuffer', 'cancelling'], ['cancellationBuffer', 'cancelling.suspected']),
);

const addressed = fc.record({ consumer, streamId }).map(({ consumer: token, streamId: id }) => ({
  id: `_SINBOX.${token}.${id}`,
  consumerId: `_SINBOX.${token}.`,
  streamId: id,
  subject: 'logs.web',
}));

const producerClientEvents: fc.Arbitrary<StepEvent> = fc.oneof(
  {
    weight: 6,
    arbitrary: addressed.map(
      (addresses) => ({ type: 'request.received', ...addresses, exact: true, extended: true }) as const,
    ),
  },
  { weight: 6, arbitrary: addressed.map(({ id }) => ({ type: 'stream.closed', id }) as const) },
  addressed.map(({ id }) => ({ type: 'stream.unreachable', id, code: 4030, text: 'why' }) as const),
  { weight: 3, arbitrary: linkEvents },
  closing,
);

const heartbeatEvents: fc.Arbitrary<StepEvent> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(streamId, fc.boolean())
      .map(
        ([id, extended]) => ({ type: 'stream.added', id: `c.${id}`, streamId: id, subject: 'l', extended }) as const,
      ),
  },
  { weight: 2, arbitrary: streamId.map((id) => ({ type: 'stream.removed', id: `c.${id}` }) as const) },
  streamId.map((id) => ({ type: 'stream.unreachable', id: `c.${id}`, code: 4030, text: 'why' }) as const),
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('heartbeat.answered' as const), reported: fc.array(streamId) }),
  },
  { weight: 2, arbitrary: fc.constant({ type: 'heartbeat.unanswerable' } as const) },
  { weight: 3, arbitrary: linkEvents },
  closing,
  {
    weight: 6,
    arbitrary: timers(
      heartbeatMachine,
      ['heartbeatInterval', 'open.ticker.running'],
      ['heartbeatRequestTimeout', 'open.exchange.asking'],
    ),
  },
);

/** A machine with the inputs and the events of its random runs. */
export interface Subject {
  readonly machine: AnyStateMachine;
  readonly inputs: fc.Arbitrary<object | undefined>;
  readonly events: fc.Arbitrary<StepEvent>;
}

export const subjects = {
  consumerStream: {
    machine: consumerStreamMachine,
    inputs: fc.boolean().map((linkUp) => ({ id: 's1', subject: 'logs.web', linkUp })),
    events: consumerStreamEvents,
  },
  consumerClient: {
    machine: consumerClientMachine,
    inputs: fc.constant(undefined),
    events: consumerClientEvents,
  },
  producerStream: {
    machine: producerStreamMachine,
    inputs: fc
      .constantFrom([false, false], [true, false], [true, true])
      .map(([exact, extended]) => ({ id: '_SINBOX.c1.s1', subject: 'logs.web', exact, extended })),
    events: producerStreamEvents,
  },
  producerClient: {
    machine: producerClientMachine,
    inputs: fc.constant({ missedHeartbeatsMax: 3 }),
    events: producerClientEvents,
  },
  heartbeat: {
    machine: heartbeatMachine,
    inputs: fc.integer({ min: 1, max: 3 }).map((missedHeartbeatsMax) => ({ id: 'c', missedHeartbeatsMax })),
    events: heartbeatEvents,
  },
} as const satisfies Record<string, Subject>;

/** One step of a run, with the event and the state before it; the first step, in which the machine is made, has none. */
export interface RunStep extends Step {
  readonly event?: StepEvent;
  readonly before?: Snapshot;
}

/** Runs random sequences of events, and hands each run's steps to a check. */
export function everyRun(
  { machine, inputs, events }: Subject,
  check: (steps: readonly RunStep[], input: unknown) => void,
): void {
  fc.assert(
    fc.property(inputs, fc.array(events, { maxLength: 30 }), (input, sequence) => {
      const steps: RunStep[] = [begin(machine, input)];
      for (const event of sequence) {
        const before = steps[steps.length - 1]!.snapshot;
        steps.push({ ...advance(machine, before, event), event, before });
      }
      check(steps, input);
    }),
    { seed, numRuns: 150 },
  );
}

/** The params of all commands of a type, in order. */
export function paramsOf<Type extends CommandType>(
  type: Type,
  steps: readonly { readonly commands: readonly Command[] }[],
): readonly CommandParams[Type][] {
  return steps
    .flatMap(({ commands }) => commands)
    .filter((recorded) => recorded.type === type)
    .map(({ params }) => params as CommandParams[Type]);
}
