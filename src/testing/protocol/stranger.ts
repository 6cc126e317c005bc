import { setup } from 'xstate';
import { CloseCode } from '../../../machines/index.js';
import { note, send, type Effect } from '../explorer/description/effects.js';
import type { HostAdapter, HostScope, RecordedCommand } from '../explorer/description/host-adapter.js';
import type { StartActors, Stimulus } from '../explorer/description/system-config.js';
import { inboxOf } from './adapter.js';
import { producerProcess, type ModelStream } from './model-stream.js';
import type { ProtocolView } from './protocol-options.js';

/**
 * A third party: another client of the account, which obeys no rule, and publishes whatever it knows the subject of.
 * Everybody knows the request subjects; whoever opens a stream is told where to answer and what to grant; the rest are
 * secrets. Source: PROTOCOL.md, Strangers.
 */
export interface Stranger {
  /**
   * What it knows of its neighbours besides.
   *
   * @default nothing
   */
  readonly knows?: readonly StrangerSecret[];
  /**
   * How many messages it publishes at most.
   *
   * @default 2
   */
  readonly messages?: number;
}

/**
 * What a stranger may know: the token of a consumer, as who serves another stream of it does; its stream ids, as who
 * may subscribe to its inboxes does; the subjects on which producers are answered, as who can count them does.
 */
export type StrangerSecret = 'consumer' | 'streams' | 'controls';

const strangerProcess = 'stranger';
/** The id of a stream that only the stranger knows. */
const ownId = 'X';
const saidNote = 'said';
/** The last heartbeat request that came to it. */
const exchangeNote = 'exchange';
/** The registration of its stream, as its frames name it. */
const runNote = 'run';

interface StrangerSays {
  readonly type: 'stranger.says';
  readonly to: string;
  /** A message of the protocol; what it has to have heard is filled in. */
  readonly message: object;
  readonly needs?: typeof exchangeNote | typeof runNote;
}

const strangerMachine = setup({}).createMachine({ id: 'stranger', initial: 'there', states: { there: {} } });

/** The process of a stranger, where there is one. */
export function strangerProcesses(stranger: Stranger | undefined): Readonly<Record<string, StartActors>> {
  return stranger === undefined ? {} : { [strangerProcess]: { client: strangerMachine } };
}

/** Everything that it may say, by a name for traces. */
function sayings(
  { knows = [] }: Stranger,
  streams: readonly ModelStream[],
  isExtended: boolean,
): Readonly<Record<string, Omit<StrangerSays, 'type'>>> {
  const all: Record<string, Omit<StrangerSays, 'type'>> = {};
  const ids = streams.map(({ id }) => id);
  const consumers = [...new Set(streams.map(({ consumer }) => consumer))];
  const knowsOf = (secret: StrangerSecret): boolean => knows.includes(secret);
  const toProducer = (name: string, message: object, needs?: StrangerSays['needs']): void => {
    all[`${strangerProcess} ${name}`] = { to: producerProcess, message, ...(needs === undefined ? {} : { needs }) };
  };
  const control = (name: string, inbox: string, run: number | undefined): void => {
    const of = { inbox, ...(run === undefined ? {} : { run }) };
    const needs = run === undefined ? runNote : undefined;
    // Of more than was ever sent, of what was, and of nothing.
    toProducer(`cancels ${name}`, { type: 'cancel', ...of }, needs);
    for (const next of [0, 1]) {
      const grant = { next, consumed: next, consumedBytes: next };
      toProducer(`grants ${next} of ${name}`, { type: 'grant', ...grant, ...of }, needs);
    }
    toProducer(`resumes ${name}`, { type: 'resume', next: 0, consumed: 0, consumedBytes: 0, ...of }, needs);
  };

  for (const id of [ownId, ...ids]) {
    toProducer(`opens ${id} of its own`, { type: 'request', consumer: strangerProcess, id });
  }
  for (const reported of [[], [ownId, ...ids]]) {
    toProducer(
      `answers that ${reported.length === 0 ? 'all is well' : 'nobody is there'}`,
      { type: 'answer', consumer: strangerProcess, reported },
      exchangeNote,
    );
  }
  if (isExtended) control('its own', inboxOf(strangerProcess, ownId), undefined);

  const toConsumer = (consumer: string, name: string, id: string): void => {
    const frame = (what: string, message: object): void => {
      all[`${strangerProcess} ${what} ${name}`] = { to: consumer, message };
    };
    const close = { code: CloseCode.Normal, text: '' };
    const ask = { type: 'ask', producer: strangerProcess, exchange: 0 };
    frame('lists', { ...ask, streams: [{ subject: 'subject', streamId: id }] });
    frame('lists, as closed,', { ...ask, streams: [{ subject: 'subject', streamId: id, close }] });
    if (isExtended) {
      frame('announces', { type: 'announcement', id, run: 9, end: 1, isWanting: true });
      frame('sends a record of', { type: 'records', id, run: 9, first: 0, count: 1 });
      frame('ends', { type: 'end', id, run: 9, number: 0, isFinal: true, code: close.code });
    } else {
      frame('sends a record of', { type: 'data', id });
      frame('ends', { type: 'close', id, code: close.code });
    }
  };
  if (knowsOf('consumer')) for (const consumer of consumers) toConsumer(consumer, `${ownId} at ${consumer}`, ownId);
  if (knowsOf('streams')) for (const { consumer, id } of streams) toConsumer(consumer, id, id);
  if (knowsOf('controls')) {
    for (const consumer of consumers) {
      const reported = streams.filter((stream) => stream.consumer === consumer).map(({ id }) => id);
      toProducer(`answers for ${consumer}`, { type: 'answer', consumer, exchange: 1, reported });
    }
    if (isExtended) for (const { id, inbox } of streams) control(id, inbox, 1);
  }
  return all;
}

/** The stimuli of a stranger: each of its messages at any time, as long as it has any left, and knows what it needs. */
export function strangerStimuli(
  stranger: Stranger | undefined,
  streams: readonly ModelStream[],
  isExtended: boolean,
): Readonly<Record<string, Stimulus<ProtocolView>>> {
  if (stranger === undefined) return {};
  const { messages = 2 } = stranger;
  return Object.fromEntries(
    Object.entries(sayings(stranger, streams, isExtended)).map(([name, saying]) => [
      name,
      {
        process: strangerProcess,
        message: { type: 'stranger.says', ...saying } satisfies StrangerSays,
        max: Infinity,
        when: (view: ProtocolView) => {
          const notes = view[strangerProcess]?.notes ?? {};
          return (
            Number(notes[saidNote] ?? 0) < messages && (saying.needs === undefined || notes[saying.needs] !== undefined)
          );
        },
      },
    ]),
  );
}

/** An adapter of the protocol with a stranger beside its clients. It hears what is sent to it, and answers nothing. */
export function withStranger<Message extends { readonly type: string }>(
  adapter: HostAdapter<RecordedCommand, Message>,
): HostAdapter<RecordedCommand, Message | StrangerSays> {
  const hear = (message: { readonly type: string }): readonly Effect[] => {
    const { exchange, run } = message as { readonly exchange?: number; readonly run?: number };
    return [
      ...(exchange === undefined ? [] : [note(exchangeNote, exchange)]),
      ...(run === undefined ? [] : [note(runNote, run)]),
    ];
  };
  const say = ({ to, message, needs }: StrangerSays, { notes }: HostScope): readonly Effect[] => [
    note(saidNote, Number(notes[saidNote] ?? 0) + 1),
    send(to, needs === undefined ? message : { ...message, [needs]: notes[needs] }, `${strangerProcess} ${to}`),
  ];
  return {
    ...adapter,
    receive: (message, scope) => {
      if (scope.process !== strangerProcess) return adapter.receive(message as Message, scope);
      return message.type === 'stranger.says' ? say(message as StrangerSays, scope) : hear(message);
    },
  };
}
