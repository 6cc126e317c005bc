import {
  protocolProperties,
  protocolSystem,
  type ProtocolModelOptions,
  type ScenarioParts,
} from '../../src/testing/index.js';

/** The shipped protocol with all its properties, for a worker thread. */
export function protocolScenario(options: ProtocolModelOptions): ScenarioParts {
  const system = protocolSystem(options);
  return { system, options: { ...protocolProperties(options), limit: { states: 20_000_000 } } } as ScenarioParts;
}
