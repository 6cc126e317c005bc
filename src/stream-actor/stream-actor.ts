import type { ActorLogic, ActorScope, AnyActorLogic, AnyActorRef, EventObject } from 'xstate';
import { isContract, type AnyContract } from '../contracts/contract.js';
import { kindOf, quote, refuse, requireKnownNames } from '../validation/argument-checks.js';
import type { ConsumerClient } from '../consumer/consumer-client.js';
import type { ContractStreamEnd } from '../consumer/contract-stream.js';
import { persistStream, restoreStream, type StreamActorSnapshot } from './persisted-stream.js';
import type {
  ContractActorInput,
  ContractRecordEvent,
  ContractResumedEvent,
  StreamActorInput,
  StreamActorKeptInput,
  StreamRecordEvent,
} from './stream-actor-input.js';
import { openOfContract, openOfSubject, StreamRun, type OpenRun, type RunEnd, type RunOutcome } from './stream-run.js';

/** Options of {@link streamActor}. */
export interface StreamActorOptions<Type extends string = 'stream.record'> {
  /**
   * The type of the events that carry records. A machine with several streams tells them apart by it.
   *
   * @default 'stream.record'
   */
  readonly event?: Type;
}

/** The actor logic that {@link streamActor} returns. */
export type StreamActorLogic<Value = unknown, Type extends string = 'stream.record'> = ActorLogic<
  StreamActorSnapshot,
  EventObject,
  StreamActorInput<Value, Type>,
  AnyActorRef['system'],
  StreamRecordEvent<Uint8Array | string | Value, Type>
>;

/** The actor logic that {@link streamActor} returns for a contract. */
export type ContractActorLogic<Contract extends AnyContract, Type extends string = 'stream.record'> = ActorLogic<
  StreamActorSnapshot<ContractStreamEnd<Contract>>,
  EventObject,
  ContractActorInput<Contract, Type>,
  AnyActorRef['system'],
  ContractRecordEvent<Contract, Type> | ContractResumedEvent<Contract, Type>
>;

type RunSnapshot = StreamActorSnapshot<RunEnd>;

type RunScope = ActorScope<RunSnapshot, EventObject, AnyActorRef['system'], StreamRecordEvent<unknown, string>>;

/** Told by its identity: nobody else can send it. */
const restartEvent: EventObject = { type: 'stream.restart' };

/**
 * Creates the actor logic of a stream, to be invoked or spawned by the application's own machines with
 * {@link StreamActorInput}. Each record is sent to the parent as a {@link StreamRecordEvent}, or emitted if the actor
 * has no parent. When the stream is complete the actor is done, with the stream's end as its output; otherwise it fails
 * with the `CloseError`, or with a `StreamError` if the stream cannot be opened.
 *
 * Stopping the actor cancels the stream, and so does anything that ends its parent, a failure included. An actor that is
 * restarted, or restored from the snapshot of an active one, opens a new stream with the same request.
 *
 * `Value` is the type of the records with `as: 'object'`. If it is given explicitly, a custom event type has to be given
 * as well: `streamActor<Quote, 'quote'>(client, { event: 'quote' })`.
 *
 * @throws {StreamError} `badArgument` if an option is unknown or invalid.
 */
export function streamActor<Value = unknown, Type extends string = 'stream.record'>(
  client: ConsumerClient,
  options?: StreamActorOptions<Type>,
): StreamActorLogic<Value, Type>;
/**
 * Creates the actor logic of a contract's stream, to be invoked or spawned with a {@link ContractActorInput}. Each record
 * is sent as a {@link ContractRecordEvent}; an end that is not complete fails the actor with its error.
 *
 * @throws {StreamError} `badArgument` if an option is unknown or invalid.
 */
export function streamActor<Contract extends AnyContract, Type extends string = 'stream.record'>(
  client: ConsumerClient,
  contract: Contract,
  options?: StreamActorOptions<Type>,
): ContractActorLogic<Contract, Type>;
export function streamActor(
  client: ConsumerClient,
  given: StreamActorOptions<string> | AnyContract = {},
  options: StreamActorOptions<string> = {},
): AnyActorLogic {
  if (!isContract(given)) {
    const type = eventTypeOf(given);
    // The overloads say which logic it is.
    // eslint-disable-next-line @typescript-eslint/no-unsafe-return
    return createLogic(`${client.id} ${type}`, (self, input) => ({
      open: openOfSubject(client, self, input),
      eventOf: (record) => ({ type, subject: input.subject ?? '', record }),
    }));
  }
  const type = eventTypeOf(options);
  // eslint-disable-next-line @typescript-eslint/no-unsafe-return
  return createLogic(`${client.id} ${given.subject} ${type}`, (self, input, send) => {
    const addressed = (): { readonly subject: string; readonly params: object } => {
      // An actor may be started without any input.
      const { params = {} } = (input as StreamActorKeptInput | undefined) ?? {};
      return { subject: given.subjectOf(params), params };
    };
    const resumedType = type === 'stream.record' ? 'stream.resumed' : `${type}.resumed`;
    return {
      open: openOfContract(client, given, self, input, (resumed) => {
        send({ type: resumedType, ...addressed(), ...resumed });
      }),
      eventOf: (record) => ({ type, ...addressed(), record }),
    };
  });
}

/** The stream of one run, and the event by which the parent is handed each of its records. */
interface Run {
  readonly open: OpenRun;
  readonly eventOf: (record: unknown) => StreamRecordEvent<unknown, string>;
}

/** @param config What tells the logic from another one: React's hooks look at it, as a component makes one on each render. */
function createLogic(
  config: string,
  runOf: (self: AnyActorRef, input: StreamActorKeptInput, send: (event: EventObject) => void) => Run,
): AnyActorLogic {
  const runs = new WeakMap<AnyActorRef, StreamRun>();

  const run = ({ self, emit }: RunScope, input: StreamActorKeptInput): void => {
    const parent = self._parent;
    const send = (event: EventObject): void => {
      if (parent === undefined) emit(event as StreamRecordEvent<unknown, string>);
      else parent.send(event);
    };
    const { open, eventOf } = runOf(self, input, send);
    runs.set(self, new StreamRun(self, open, (record) => send(eventOf(record))));
  };

  const logic: ActorLogic<
    RunSnapshot,
    EventObject,
    StreamActorKeptInput,
    AnyActorRef['system'],
    StreamRecordEvent<unknown, string>
  > = {
    config,

    getInitialSnapshot: (_, input) => activeWith(input),

    getPersistedSnapshot: (snapshot, options) => (staysInMemory(options) ? snapshot : persistStream(snapshot)),

    restoreSnapshot: restoreStream,

    start: ({ status, input }, scope) => {
      if (status === 'active') run(scope, input);
      // It was stopped before. Nothing but an event can make its snapshot active again.
      else if (status === 'stopped' && runs.has(scope.self)) scope.self.send(restartEvent);
    },

    transition: (snapshot, event, scope) => {
      const current = runs.get(scope.self);
      if (snapshot.status === 'stopped' && event === restartEvent) {
        run(scope, snapshot.input);
        return activeWith(snapshot.input);
      }
      if (snapshot.status !== 'active') return snapshot;
      if (event.type === 'xstate.stop') {
        current?.leave('the actor was stopped');
        return { ...snapshot, status: 'stopped' };
      }
      return event === current?.settled ? settledWith(current.settled.outcome) : snapshot;
    },
  };
  return logic;
}

function eventTypeOf(options: unknown): string {
  const { event = 'stream.record' } = requireKnownNames('options', options, ['event']);
  if (typeof event !== 'string') refuse(`event: expected a string, came ${kindOf(event)}`);
  if (event === '' || event.includes('*') || event.startsWith('xstate.')) {
    refuse(`event: expected the type of an event of the application's own, came ${quote(event)}`);
  }
  return event;
}

function activeWith(input: StreamActorKeptInput): RunSnapshot {
  return { status: 'active', output: undefined, error: undefined, input };
}

function settledWith(outcome: RunOutcome): RunSnapshot {
  return 'end' in outcome
    ? { status: 'done', output: outcome.end, error: undefined, input: undefined }
    : { status: 'error', output: undefined, error: outcome.error, input: undefined };
}

/** Whether a snapshot never leaves this process. React's hooks take such a one, to go on with changed logic. */
function staysInMemory(options: unknown): boolean {
  return typeof options === 'object' && options !== null && '__unsafeAllowInlineActors' in options;
}
