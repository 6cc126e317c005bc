import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Span,
  type TextMapGetter,
  type Tracer,
} from '@opentelemetry/api';
import type { AnyActorRef, StateValue } from 'xstate';
import { CloseCode } from '../../machines/index.js';
import { messageOf, StreamError } from '../errors.js';
import type { StreamOutcome, StreamTrace, TracedClient } from '../host/trace-port.js';
import type { HeadersInput, MessageHeaders } from '../transport/headers.js';
import type { ClientMetrics } from './stream-metrics.js';

export interface StreamSpans {
  /** @param metrics Is told of the same streams. */
  of(client: TracedClient, metrics: ClientMetrics): StreamTrace;
}

/**
 * One span for a stream at each end. That of the consumer begins with `openStream` and ends with the stream for its
 * reader; its context travels in the headers of the request, and is the parent of the producer's, which is over when the
 * stream is given up there.
 */
export function createStreamSpans(tracer: Tracer): StreamSpans {
  return {
    of: (client, metrics) => ({
      opening: ({ subject, headers }, open) => {
        const attributes = attributesOf(subject, 'open', 'send');
        const span = tracer.startSpan(`open ${subject}`, { kind: SpanKind.PRODUCER, attributes });
        const carrier: Record<string, string> = {};
        propagation.inject(trace.setSpan(context.active(), span), carrier);
        let stream;
        try {
          stream = open(Object.keys(carrier).length === 0 ? headers : withCarrier(headers, carrier));
        } catch (error) {
          span.recordException(error instanceof Error ? error : messageOf(error));
          const type = error instanceof StreamError ? error.code : error instanceof Error ? error.name : 'error';
          span.setAttribute('error.type', type);
          span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(error) });
          span.end();
          throw error;
        }
        metrics.opened();
        const inbox = client.streamOf(stream.id)?.stream;
        if (inbox !== undefined) span.setAttribute('messaging.message.conversation_id', inbox);
        const opened = stream;
        const watch = (): void => {
          watchActor(opened.actor, span, metrics, () => {
            const counts = client.streamOf(opened.id);
            if (counts !== undefined) metrics.gone(counts);
          });
        };
        // One that is opened amid the step of another actor has its own only after that.
        if ((opened.actor as AnyActorRef | undefined) === undefined) queueMicrotask(watch);
        else watch();
        void stream.closed.then((end) => {
          metrics.ended(end.reason);
          endSpan(span, end, end);
        });
        return stream;
      },
      serving: (stream, run) => {
        const { subject, consumerId, inbox } = stream.info;
        const parent = propagation.extract(ROOT_CONTEXT, stream.headers, headerGetter);
        const attributes = {
          ...attributesOf(subject, 'serve', 'process'),
          'messaging.message.conversation_id': inbox,
          'messaging.client.id': consumerId.slice(0, -1),
        };
        const span = tracer.startSpan(`serve ${subject}`, { kind: SpanKind.CONSUMER, attributes }, parent);
        metrics.opened();
        watchActor(stream.actor, span, metrics, () => {
          const { records, bytes } = stream.info;
          const outcome = stream.outcome() ?? { reason: 'closed', code: CloseCode.InternalServerError, text: '' };
          metrics.gone({ records, bytes });
          metrics.ended(outcome.reason);
          endSpan(span, outcome, { records, bytes });
        });
        context.with(trace.setSpan(parent, span), run);
      },
    }),
  };
}

/** By the semantic conventions for messaging. */
function attributesOf(subject: string, name: string, type: string): Attributes {
  return {
    'messaging.system': 'nats',
    'messaging.destination.name': subject,
    'messaging.operation.name': name,
    'messaging.operation.type': type,
  };
}

function withCarrier(headers: HeadersInput | undefined, carrier: HeadersInput): HeadersInput {
  return { ...headers, ...carrier };
}

/** Names of headers are told apart by their case in NATS, and not in what the propagators know. */
const headerGetter: TextMapGetter<MessageHeaders> = {
  keys: (headers) => [...headers.keys()],
  get: (headers, name) => {
    const exact = headers.get(name);
    if (exact !== undefined) return [...exact];
    for (const [other, values] of headers) if (other.toLowerCase() === name.toLowerCase()) return [...values];
    return undefined;
  },
};

/** Tells a span of the states of an actor, each as an event with the name of the state. */
function watchActor(actor: AnyActorRef, span: Span, metrics: ClientMetrics, onGone: () => void): void {
  let before: string | undefined;
  const tell = ({ value }: { readonly value?: StateValue }): void => {
    const state = pathOf(value);
    if (state === before) return;
    before = state;
    // One that is over takes no more of them: a cancelled stream is absorbed for a while.
    if (span.isRecording()) span.addEvent(state);
    if (state === 'active.blocked') metrics.stalled();
  };
  tell(actor.getSnapshot() as { readonly value?: StateValue });
  actor.subscribe({ next: tell as (snapshot: unknown) => void, complete: onGone, error: onGone });
}

/** A state as a path, such as `active.blocked`. */
function pathOf(value: StateValue | undefined): string {
  if (value === undefined || typeof value === 'string') return value ?? '';
  return Object.entries(value)
    .map(([name, inner]) => (inner === undefined ? name : `${name}.${pathOf(inner)}`))
    .join(' ');
}

function endSpan(
  span: Span,
  { reason, code, text }: StreamOutcome,
  { records, bytes }: { readonly records: number; readonly bytes: number },
): void {
  span.setAttributes({
    'nats.stream.end.reason': reason,
    'nats.stream.end.code': code,
    'nats.stream.records': records,
    'nats.stream.bytes': bytes,
  });
  // Who leaves has what was wanted.
  if (reason !== 'completed' && reason !== 'cancelled') {
    span.setAttribute('error.type', reason);
    span.setStatus({ code: SpanStatusCode.ERROR, message: text });
  }
  span.end();
}
