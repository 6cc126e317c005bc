import type { DeliverySystemOptions } from '../../src/testing/index.js';
import { exploreScenarios } from './explore-scenarios.js';

/**
 * The large configurations of the delivery extension, with all their properties: minutes, not seconds, so they are no
 * part of the test suite. Run with `npm run explore:delivery`.
 *
 * Streams share nothing but the connection and the heartbeats of their consumer. So next to a stream that everything
 * befalls, a second one that is only opened shows whatever one can do to another; two streams that both have records
 * and an end are explored with fewer faults at a time.
 */
const one: DeliverySystemOptions = { records: 1, leave: false };
const two: DeliverySystemOptions = { ...one, streams: 2 };
const beside: DeliverySystemOptions = { ...two, bystanders: 1 };
const cut = (of: 'consumer' | 'producer') => ({ max: 1, of: [of] });

const configurations: readonly DeliverySystemOptions[] = [
  { ...one, delay: 1, faults: { drop: 1, duplicate: 1, cut: 1 } },
  { delay: 1, faults: { drop: 1, duplicate: 1 } },
  { ...two, symmetric: true },
  { ...two, symmetric: true, faults: { drop: 1 } },
  { ...two, symmetric: true, faults: { duplicate: 1 } },
  { ...two, symmetric: true, faults: { drop: 1, duplicate: 1 } },
  // When a connection is back, streams catch up one after another: they are not interchangeable.
  { ...two, faults: { cut: cut('consumer') } },
  { ...two, faults: { cut: cut('producer') } },
  { ...two, faults: { drop: 1, cut: cut('consumer') } },
  { ...two, faults: { drop: 1, cut: cut('producer') } },
  { ...two, symmetric: true, delay: 1 },
  { ...two, symmetric: true, delay: 1, faults: { duplicate: 1 } },
  { ...beside, faults: { drop: 1, duplicate: 1, cut: cut('consumer') } },
  { ...beside, faults: { drop: 1, duplicate: 1, cut: cut('producer') } },
  { ...beside, delay: 1, faults: { drop: 1 } },
  { ...beside, delay: 1, faults: { duplicate: 1 } },
  { ...beside, delay: 1, faults: { cut: cut('consumer') } },
  { ...beside, delay: 1, faults: { cut: cut('producer') } },
  { ...one, stranger: { messages: 2, knows: ['consumer'] } },
  // Of the order of a hundred million states, a quarter of an hour and 7 GB each.
  { ...beside, delay: 1, faults: { drop: 1, duplicate: 1, cut: cut('consumer') } },
  { ...beside, delay: 1, faults: { drop: 1, duplicate: 1, cut: cut('producer') } },
];

await exploreScenarios(
  configurations.map((options) => ({
    name: JSON.stringify(options),
    module: new URL('./delivery-scenario.ts', import.meta.url),
    export: 'deliveryScenario',
    args: [options],
  })),
);
