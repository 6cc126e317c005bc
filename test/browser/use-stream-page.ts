import { createElement, StrictMode, Suspense, use, useState, type ReactElement } from 'react';
import { createRoot } from 'react-dom/client';
import { ConsumerClient, ProducerClient } from '../../src/index.js';
import { createMemoryBroker } from '../../src/memory-broker/index.js';
import { useStream } from '../../src/react/index.js';

// The page of an application, with a producer in it so that it needs no server. A job goes on when it is told to.

const broker = createMemoryBroker();
const producer = new ProducerClient({ connection: broker.connect() });
const consumer = new ConsumerClient({ connection: broker.connect() });
let running = 0;
let requests = 0;
let steps: (() => void)[] = [];

producer.handle('jobs.*', async function* (request) {
  requests += 1;
  running += 1;
  try {
    const { unit } = request.object<{ unit: string }>();
    for (let percent = 0; percent <= 100 && !request.signal.aborted; percent += 50) {
      yield { percent: `${percent}${unit}` };
      if (percent === 100) break;
      await new Promise<void>((resolve) => {
        steps.push(resolve);
        request.signal.addEventListener('abort', () => resolve());
      });
    }
  } finally {
    running -= 1;
  }
});

const later = new Promise<string>((resolve) => Object.assign(globalThis, { resume: () => resolve('resumed') }));

function Progress({ job }: { readonly job: string }): ReactElement {
  // A new object with each render, and the same request.
  const { status, records, error } = useStream<{ percent: string }>(consumer, {
    subject: `jobs.${job}`,
    data: { unit: '%' },
    as: 'object',
    recordsMax: 2,
  });
  const said = records.map(({ percent }) => percent).join(' ');
  const words = [status, said, ...(error instanceof Error ? [error.name] : [])];
  return createElement('p', null, words.join(' ').trim());
}

function Suspended(): ReactElement {
  const idle = useStream(consumer, { subject: 'jobs.suspended', data: { unit: '!' }, as: 'text' });
  return createElement('p', null, `${use(later)} ${idle.status}`);
}

function Page(): ReactElement {
  const [job, setJob] = useState<string | undefined>('one');
  const [isSuspending, suspend] = useState(false);
  const button = (name: string, onClick: () => void) => createElement('button', { onClick, key: name }, name);
  return createElement(
    'main',
    null,
    button('one', () => setJob('one')),
    button('two', () => setJob('two')),
    button('none', () => setJob(undefined)),
    button('suspend', () => suspend(true)),
    job === undefined ? null : createElement(Progress, { job }),
    isSuspending
      ? createElement(Suspense, { fallback: createElement('i', null, 'waiting') }, createElement(Suspended))
      : null,
  );
}

/** What the test asks of the page. */
export interface StreamPage {
  /** How many streams the consumer has, how many handlers of the producer run, and how often one was asked. */
  counts(): { readonly streams: number; readonly running: number; readonly requests: number };
  step(): void;
}

const streamPage: StreamPage = {
  counts: () => ({ streams: consumer.streams.length, running, requests }),
  step: () => {
    const due = steps;
    steps = [];
    for (const go of due) go();
  },
};
Object.assign(globalThis, { streamPage });

createRoot(document.querySelector('#root')!).render(createElement(StrictMode, null, createElement(Page)));
