import type { ActorLogic, ActorScope, AnyActorRef, EventObject } from 'xstate';
import { kindOf, quote, refuse, requireKnownNames } from '../validation/argument-checks.js';
import type { ConsumerClient } from './consumer-client.js';
import { persistStream, restoreStream, type StreamActorSnapshot } from './persisted-stream.js';
import type { StreamActorInput, StreamActorKeptInput, StreamRecordEvent } from './stream-actor-input.js';
import { StreamRun, type RunOutcome } from './stream-run.js';

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

type StreamActorScope<Value, Type extends string> = ActorScope<
  StreamActorSnapshot,
  EventObject,
  AnyActorRef['system'],
  StreamRecordEvent<Uint8Array | string | Value, Type>
>;

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
  options: StreamActorOptions<Type> = {},
): StreamActorLogic<Value, Type> {
  const type = eventTypeOf(options) as Type;
  const runs = new WeakMap<AnyActorRef, StreamRun>();

  const run = ({ self, emit }: StreamActorScope<Value, Type>, input: StreamActorKeptInput): void => {
    const parent = self._parent;
    const hand = (record: unknown): void => {
      const event = { type, subject: input.subject, record: record as Value };
      if (parent === undefined) emit(event);
      else parent.send(event);
    };
    runs.set(self, new StreamRun(client, self, input, hand));
  };

  return {
    // By this React's hooks tell one logic from another: a component may make the same one on each render.
    config: `${client.id} ${type}`,

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
}

function eventTypeOf(options: unknown): string {
  const { event = 'stream.record' } = requireKnownNames('options', options, ['event']);
  if (typeof event !== 'string') refuse(`event: expected a string, came ${kindOf(event)}`);
  if (event === '' || event.includes('*') || event.startsWith('xstate.')) {
    refuse(`event: expected the type of an event of the application's own, came ${quote(event)}`);
  }
  return event;
}

function activeWith(input: StreamActorKeptInput): StreamActorSnapshot {
  return { status: 'active', output: undefined, error: undefined, input };
}

function settledWith(outcome: RunOutcome): StreamActorSnapshot {
  return 'end' in outcome
    ? { status: 'done', output: outcome.end, error: undefined, input: undefined }
    : { status: 'error', output: undefined, error: outcome.error, input: undefined };
}

/** Whether a snapshot never leaves this process. React's hooks take such a one, to go on with changed logic. */
function staysInMemory(options: unknown): boolean {
  return typeof options === 'object' && options !== null && '__unsafeAllowInlineActors' in options;
}
