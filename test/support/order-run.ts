import { createActor } from 'xstate';
import { createTestClock } from '../../src/testing/doubles/test-clock.js';
import { createTracer, type TraceEvent } from '../../src/tracing/index.js';
import { orderMachine } from './order-machine.js';

/**
 * What a tracer tells of an order that is bought, paid at the second attempt, and on its way: its parcels are spawned,
 * one of them is scanned and over, all regions of `fulfilling` are active, and a timer runs.
 */
export async function traceOrder(): Promise<readonly TraceEvent[]> {
  const clock = createTestClock();
  const tracer = createTracer({ system: 'shop', label: 'an order', clock, flushMs: 0 });
  const events: TraceEvent[] = [];
  const stop = tracer.listen((batch) => void events.push(...batch));
  const order = createActor(orderMachine, { id: 'order', clock, inspect: tracer.inspect });
  order.start();
  for (const type of ['ADD', 'ADD', 'SUBMIT', 'PAY', 'PAUSE', 'RESUME', 'RETRY', 'PACKED'] as const) {
    await clock.advance(120);
    order.send({ type });
    await clock.advance(0);
  }
  await clock.advance(300);
  order.send({ type: 'COLLECTED' });
  await clock.advance(90);
  stop();
  return events;
}
