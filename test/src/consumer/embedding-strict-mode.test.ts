import { useActor, useActorRef } from '@xstate/react';
import { expect } from 'chai';
import { act, createElement, StrictMode, useEffect, useState, type ReactElement } from 'react';
import * as renderer from 'react-test-renderer';
import { assign, setup } from 'xstate';
import type { ConsumerClient } from '../../../src/index.js';
import { streamActor, type StreamRecordEvent } from '../../../src/stream-actor/index.js';
import { closePair, createPair, type Pair } from '../../support/pair.js';
import { settle } from '../../support/settle.js';

/** The machine of docs/guide/actors.md. */
function createTail(client: ConsumerClient, subject = 'log') {
  return setup({
    types: { context: {} as { readonly lines: readonly string[] }, events: {} as StreamRecordEvent<string> },
    actors: { tail: streamActor(client) },
  }).createMachine({
    context: { lines: [] },
    initial: 'tailing',
    states: {
      tailing: {
        invoke: {
          src: 'tail',
          input: ({ self }) => ({ subject, as: 'text', parent: self }),
          onDone: 'complete',
          onError: 'broken',
        },
        on: {
          'stream.record': { actions: assign({ lines: ({ context, event }) => [...context.lines, event.record] }) },
        },
      },
      complete: { type: 'final' },
      broken: { type: 'final' },
    },
  });
}

type Tail = ReturnType<typeof createTail>;

function MachineView({ machine }: { readonly machine: Tail }): ReactElement {
  const [{ value, context }] = useActor(machine);
  return createElement('p', null, `${value as string}: ${context.lines.join(', ')}`);
}

/** The logic alone, made by each render, as one writes it first. */
function LogicView({ client }: { readonly client: ConsumerClient }): ReactElement {
  const [{ status }] = useActor(streamActor(client), { input: { subject: 'log', as: 'text', parent: undefined } });
  return createElement('p', null, status);
}

function EmittedView({ client }: { readonly client: ConsumerClient }): ReactElement {
  const [lines, setLines] = useState<readonly unknown[]>([]);
  const actor = useActorRef(streamActor(client), { input: { subject: 'log', as: 'text', parent: undefined } });
  useEffect(() => {
    const listening = actor.on('stream.record', ({ record }) => setLines((before) => [...before, record]));
    return () => listening.unsubscribe();
  }, [actor]);
  return createElement('p', null, lines.join(', '));
}

describe('streamActor in a React tree in StrictMode', () => {
  const globals = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean };
  let pair: Pair;
  let requests: number;
  let running: number;
  let finish: () => void;
  before(() => {
    globals.IS_REACT_ACT_ENVIRONMENT = true;
  });
  after(() => {
    delete globals.IS_REACT_ACT_ENVIRONMENT;
  });
  beforeEach(() => {
    pair = createPair();
    requests = 0;
    running = 0;
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    pair.producer.handle('log', async function* (request) {
      requests += 1;
      running += 1;
      try {
        yield 'GET /';
        await Promise.race([finished, new Promise((resolve) => request.signal.addEventListener('abort', resolve))]);
        yield 'GET /about';
      } finally {
        running -= 1;
      }
    });
  });
  afterEach(() => closePair(pair));

  const strict = (element: ReactElement): ReactElement => createElement(StrictMode, null, element);
  // Deprecated in favour of a DOM, which these actors do not need.
  /* eslint-disable @typescript-eslint/no-deprecated */
  function mount(element: ReactElement): renderer.ReactTestRenderer {
    let mounted: renderer.ReactTestRenderer | undefined;
    act(() => {
      mounted = renderer.create(strict(element));
    });
    return mounted!;
  }
  const shown = (mounted: renderer.ReactTestRenderer) => mounted.root.findByType('p').props['children'] as string;
  /* eslint-enable @typescript-eslint/no-deprecated */
  const rest = () => act(async () => settle());

  it('a machine that invokes it reads its stream to the end, of which there is one', async () => {
    const mounted = mount(createElement(MachineView, { machine: createTail(pair.consumer) }));
    await rest();
    expect(shown(mounted)).to.equal('tailing: GET /');
    expect(pair.consumer.streams).to.have.lengthOf(1);
    expect(running).to.equal(1);
    finish();
    await rest();
    expect(shown(mounted)).to.equal('complete: GET /, GET /about');
    expect(pair.consumer.streams).to.deep.equal([]);
    expect(requests).to.equal(2);
    expect(pair.warnings).to.deep.equal([]);
    act(() => mounted.unmount());
  });

  it('a machine is told how its own stream failed', async () => {
    const mounted = mount(createElement(MachineView, { machine: createTail(pair.consumer, 'nobody') }));
    await rest();
    expect(shown(mounted)).to.equal('broken: ');
    act(() => mounted.unmount());
  });

  it('leaves no stream open, however often it is mounted', async () => {
    for (let time = 0; time < 5; time += 1) {
      const mounted = mount(createElement(MachineView, { machine: createTail(pair.consumer) }));
      if (time % 2 === 0) await rest();
      act(() => mounted.unmount());
    }
    await rest();
    expect(pair.consumer.streams).to.deep.equal([]);
    expect(running).to.equal(0);
  });

  it('goes on with a machine that Fast Refresh has replaced', async () => {
    const mounted = mount(createElement(MachineView, { machine: createTail(pair.consumer) }));
    await rest();
    act(() => mounted.update(strict(createElement(MachineView, { machine: createTail(pair.consumer) }))));
    await rest();
    // The context goes on, and the stream begins anew.
    expect(shown(mounted)).to.equal('tailing: GET /, GET /');
    expect(pair.consumer.streams).to.have.lengthOf(1);
    finish();
    await rest();
    expect(shown(mounted)).to.equal('complete: GET /, GET /, GET /about');
    expect(pair.consumer.streams).to.deep.equal([]);
    act(() => mounted.unmount());
  });

  it('is used by itself, though each render makes the logic anew', async () => {
    const mounted = mount(createElement(LogicView, { client: pair.consumer }));
    await rest();
    expect(shown(mounted)).to.equal('active');
    act(() => mounted.update(strict(createElement(LogicView, { client: pair.consumer }))));
    await rest();
    expect(pair.consumer.streams).to.have.lengthOf(1);
    expect(requests).to.equal(2);
    finish();
    await rest();
    expect(shown(mounted)).to.equal('done');
    act(() => mounted.unmount());
  });

  it('goes on with another client that a render gives it', async () => {
    const other = createPair();
    other.producer.handle('log', () => ['from the other']);
    const mounted = mount(createElement(LogicView, { client: pair.consumer }));
    await rest();
    act(() => mounted.update(strict(createElement(LogicView, { client: other.consumer }))));
    await rest();
    expect(shown(mounted)).to.equal('done');
    expect(pair.consumer.streams).to.deep.equal([]);
    act(() => mounted.unmount());
    await closePair(other);
  });

  it('emits its records, each once', async () => {
    const mounted = mount(createElement(EmittedView, { client: pair.consumer }));
    await rest();
    expect(shown(mounted)).to.equal('GET /');
    finish();
    await rest();
    expect(shown(mounted)).to.equal('GET /, GET /about');
    act(() => mounted.unmount());
    await rest();
    expect(pair.consumer.streams).to.deep.equal([]);
  });
});
