import { useSelector } from '@xstate/react';
import { expect } from 'chai';
import { act, createElement, type ReactElement } from 'react';
import * as renderer from 'react-test-renderer';
import { waitFor } from 'xstate';
import type { ConsumerClient, ConsumerStream } from '../../../src/index.js';
import { closePair, createPair } from '../../support/pair.js';
import { settle } from '../../support/settle.js';

/** A component as an application writes it: the state of a stream, and whether its client takes streams. */
function StreamView({ client, stream }: { client: ConsumerClient; stream: ConsumerStream }): ReactElement {
  const state = useSelector(stream.actor, ({ value }) => (typeof value === 'string' ? value : Object.keys(value)[0]));
  const isOpen = useSelector(client.actor, (snapshot) => snapshot.matches('open'));
  return createElement('p', null, `${isOpen ? 'open' : 'closed'}: ${state ?? ''}`);
}

describe('The actors of streams and clients in a React tree', () => {
  const globals = globalThis as { IS_REACT_ACT_ENVIRONMENT?: boolean };
  before(() => {
    globals.IS_REACT_ACT_ENVIRONMENT = true;
  });
  after(() => {
    delete globals.IS_REACT_ACT_ENVIRONMENT;
  });

  it('render again with each state, by useSelector', async () => {
    const pair = createPair();
    let finish: () => void = () => undefined;
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    pair.producer.handle('logs', async function* () {
      yield 'one';
      await finished;
    });
    const stream = pair.consumer.openStream('logs', undefined, { onRecord: () => undefined });
    // Deprecated in favour of a DOM, which these actors do not need.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    const mounted: renderer.ReactTestRenderer[] = [];
    act(() => {
      // eslint-disable-next-line @typescript-eslint/no-deprecated
      mounted.push(renderer.create(createElement(StreamView, { client: pair.consumer, stream })));
    });
    const shown = () => mounted[0]?.root.findByType('p').props['children'] as string;
    expect(shown()).to.equal('open: opening');

    await act(async () => {
      await waitFor(stream.actor, (snapshot) => snapshot.matches('active'));
    });
    expect(shown()).to.equal('open: active');

    await act(async () => {
      finish();
      await waitFor(stream.actor, (snapshot) => snapshot.status === 'done');
    });
    expect(shown()).to.equal('open: closed');

    await act(async () => {
      await pair.consumer.close();
      await settle();
    });
    expect(shown()).to.equal('closed: closed');
    act(() => {
      mounted[0]?.unmount();
    });
    await closePair(pair);
  });
});
