import { createActor } from 'xstate';
import { createTracer, showInPage } from '../../src/tracing/index.js';
import { orderMachine } from '../support/order-machine.js';

// The page of an application. Its order runs already when somebody wants to see it.

const order = createActor(orderMachine, { id: 'order' }).start();
order.send({ type: 'ADD' });
const tracer = createTracer({ system: 'shop' });
tracer.watch(order);
const url = '/page/index.html';

/** What the test asks of the page. */
export interface ApplicationUnderTest {
  send(type: 'ADD' | 'SUBMIT' | 'PAY'): void;
  /** Takes the page out of the document's sight: what is traced for it ends. */
  stop(): void;
  isTracing(): boolean;
}

let stop: (() => void) | undefined;
const underTest: ApplicationUnderTest = {
  send: (type) => order.send({ type }),
  stop: () => stop?.(),
  isTracing: () => tracer.isListening,
};
Object.assign(globalThis, { underTest });

document.querySelector<HTMLButtonElement>('#window')!.onclick = () => {
  stop = showInPage(tracer, { url });
};
document.querySelector<HTMLButtonElement>('#frame')!.onclick = () => {
  stop = showInPage(tracer, { url, frame: document.querySelector('iframe')! });
};
