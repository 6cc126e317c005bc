import { useActor } from '@xstate/react';
import { createElement, StrictMode, useEffect, useState, type ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import { assign, setup } from 'xstate';
import { ConsumerClient, ProducerClient } from '../../src/index.js';
import { streamActor, type StreamRecordEvent } from '../../src/stream-actor/index.js';
import { createMemoryBroker } from '../../src/memory-broker/index.js';

// The page of an application, with a producer in it so that it needs no server. Its log ends when it is told to.

const broker = createMemoryBroker();
const producer = new ProducerClient({ connection: broker.connect() });
const consumer = new ConsumerClient({ connection: broker.connect() });
let running = 0;
let mounts = 0;
let finish: () => void = () => undefined;
const finished = new Promise<void>((resolve) => {
  finish = resolve;
});

producer.handle('log.web', async function* (request) {
  running += 1;
  try {
    yield 'GET /';
    await Promise.race([finished, new Promise((resolve) => request.signal.addEventListener('abort', resolve))]);
    yield 'GET /about';
  } finally {
    running -= 1;
  }
});

const tailMachine = setup({
  types: { context: {} as { readonly lines: readonly string[] }, events: {} as StreamRecordEvent<string> },
  actors: { tail: streamActor(consumer) },
}).createMachine({
  context: { lines: [] },
  initial: 'tailing',
  states: {
    tailing: {
      invoke: {
        src: 'tail',
        input: ({ self }) => ({ subject: 'log.web', as: 'text', parent: self }),
        onDone: 'complete',
        onError: 'broken',
      },
      on: { 'stream.record': { actions: assign({ lines: ({ context, event }) => [...context.lines, event.record] }) } },
    },
    complete: { type: 'final' },
    broken: { type: 'final' },
  },
});

function Machine(): ReactElement {
  const [{ value, context }] = useActor(tailMachine);
  return createElement('p', { id: 'machine' }, `${value as string}: ${context.lines.join(', ')}`);
}

function Logic(): ReactElement {
  const [{ status }] = useActor(streamActor(consumer), { input: { subject: 'log.web', parent: undefined } });
  return createElement('p', { id: 'logic' }, status);
}

function Page(): ReactElement {
  const [isShown, show] = useState(true);
  useEffect(() => {
    mounts += 1;
  }, []);
  return createElement(
    'main',
    null,
    createElement('button', { onClick: () => show((shown) => !shown) }, 'toggle'),
    isShown ? [createElement(Machine, { key: 'machine' }), createElement(Logic, { key: 'logic' })] : null,
  );
}

/** What the test asks of the page. */
export interface PageUnderTest {
  /** How many streams the consumer has, and how many handlers of the producer run. */
  counts(): { readonly streams: number; readonly running: number };
  finish(): void;
  /** How many times React ran the effects of the page's first mount. */
  mounts(): number;
}

const underTest: PageUnderTest = {
  counts: () => ({ streams: consumer.streams.length, running }),
  finish: () => finish(),
  mounts: () => mounts,
};
Object.assign(globalThis, { underTest });

createRoot(document.querySelector('#root')!).render(createElement(StrictMode, null, createElement(Page)));
