import { assign, setup } from 'xstate';

/** The input of {@link resumptionMachine}. */
export interface ResumptionInput {
  /** How many tries in a row may come to nothing. */
  readonly triesMax: number;
}

/** The context of {@link resumptionMachine}. */
export interface ResumptionContext {
  readonly triesMax: number;
  /** Tries in a row that have handed over no record. */
  readonly tries: number;
}

/** What {@link resumptionMachine} hears. */
export type ResumptionEvent =
  /** A record of the stream that is read was handed to the reader. */
  | { readonly type: 'record.handed' }
  /** The stream that is read has ended after its last record, and its source can give again what comes next. */
  | { readonly type: 'stream.broken' }
  /** It has ended in any other way, complete or not. */
  | { readonly type: 'stream.over' }
  /** The reader has left. */
  | { readonly type: 'app.cancel' };

/** What the host of {@link resumptionMachine} is to do. */
export interface ResumptionCommands {
  /** Open a stream from behind the last record that was handed over. Nothing of an earlier one is handed over any more. */
  readonly 'stream.open': { readonly tries: number };
  /** Tell the reader how the last stream has ended. */
  readonly 'reader.end': Readonly<Record<string, never>>;
}

type Scope = { readonly context: ResumptionContext };

const resumptionSetup = setup({
  types: {
    context: {} as ResumptionContext,
    input: {} as ResumptionInput,
    events: {} as ResumptionEvent,
  },
  actions: {
    'stream.open': (_, _params: ResumptionCommands['stream.open']) => undefined,
    'reader.end': (_, _params: ResumptionCommands['reader.end']) => undefined,
    countTry: assign({ tries: ({ context }) => context.tries + 1 }),
    clearTries: assign({ tries: 0 }),
  },
  guards: {
    mayTry: ({ context }) => context.tries < context.triesMax,
  },
  delays: {
    resumeDelay: 100,
  },
});

const end = { type: 'reader.end', params: {} } as const;

/**
 * A reader that goes on where it was: which of its streams follows which, and when it gives up. Where it stands is a
 * value of the application, and no matter of the machine: the host asks from behind the last record that it handed over.
 * Source: PROTOCOL.md, Resuming.
 */
export const resumptionMachine = resumptionSetup.createMachine({
  id: 'resumption',
  description: 'PROTOCOL.md, Resuming',
  context: ({ input }) => ({ triesMax: (input as ResumptionInput | undefined)?.triesMax ?? 10, tries: 0 }),
  initial: 'reading',
  on: {
    'app.cancel': { target: '.closed' },
  },
  states: {
    reading: {
      description: 'A stream is open; its records are handed over.',
      on: {
        'record.handed': { actions: [{ type: 'clearTries' }] },
        'stream.broken': [
          { guard: 'mayTry', target: 'waiting' },
          { target: 'closed', actions: [end] },
        ],
        'stream.over': { target: 'closed', actions: [end] },
      },
    },
    waiting: {
      description: 'The stream broke; the next one is asked for after a delay.',
      entry: [{ type: 'countTry' }],
      after: {
        resumeDelay: {
          target: 'reading',
          actions: [{ type: 'stream.open', params: ({ context }: Scope) => ({ tries: context.tries }) }],
        },
      },
    },
    closed: {
      type: 'final',
      description: 'The reader was told the end, or has left.',
    },
  },
});
