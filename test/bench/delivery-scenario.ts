import {
  deliveryProperties,
  deliverySystem,
  type DeliverySystemOptions,
  type ScenarioParts,
} from '../../src/testing/index.js';

/** The delivery extension with all its properties, for a worker thread. */
export function deliveryScenario(options: DeliverySystemOptions): ScenarioParts {
  const system = deliverySystem(options);
  return { system, options: { ...deliveryProperties(options), limit: { states: 200_000_000 } } } as ScenarioParts;
}
