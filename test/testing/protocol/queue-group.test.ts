import { expect } from 'chai';
import { consumerStreamMachine } from '../../../machines/index.js';
import {
  deliveryProperties,
  deliverySystem,
  explore,
  mutants,
  protocolBounds,
  protocolProperties,
  protocolSystem,
  protocolTicks,
  streamsOf,
  viewStream,
  type DeliverySystemOptions,
  type ExploreResult,
  type Faults,
  type ProtocolModelOptions,
  type ProtocolSystem,
  type ProtocolView,
} from '../../../src/testing/index.js';

const cut: Faults = { cut: { max: 1, of: ['consumer'] } };
const stopped = 'A: a source that took an earlier request is stopped';
const unmixed = 'A: the records that are read come of one request, from one producer';
const whole = 'A: who asked again, and is told a normal end, has read every record';

/** Everything but a reader that leaves, with which the earlier request has nothing to do. */
function withoutLeaving({ config }: ProtocolSystem): NonNullable<ProtocolSystem['config']['stimuli']> {
  return Object.fromEntries(Object.entries(config.stimuli ?? {}).filter(([name]) => !name.startsWith('leave')));
}

function check(options: ProtocolModelOptions): ExploreResult {
  const system = protocolSystem(options);
  const { always, leadsTo } = protocolProperties(options);
  return explore(system, { always, leadsTo, stimuli: withoutLeaving(system), stopAt: 'end' }).assert();
}

/** The system with a consumer that asks again under the same stream id. */
function askingAlike(options: ProtocolModelOptions): ProtocolSystem {
  const alike = mutants(consumerStreamMachine).find(
    ({ place, description }) =>
      place.startsWith('consumerStream.opening.suspended → on.link.restored') &&
      description.startsWith('drops the action renew'),
  );
  if (alike === undefined) throw new Error('expected the mutant, came none');
  const { config } = protocolSystem(options);
  return { config: { ...config, machines: { ...config.machines, consumerStream: alike.machine } } };
}

describe('a request that is asked again in a queue group of two producers', () => {
  it('never mixes the records of two plain producers, misses none, and stops the earlier source in exactly I + Bp', () => {
    const options = { producers: 2, exact: false, ghosts: true, faults: cut } as const;
    const { worst, states, ms } = check(options);
    console.log(`      ${states} states, ${(ms / 1000).toFixed(1)} s`);
    expect(Object.keys(protocolProperties(options).always)).to.include.members([unmixed, whole]);
    expect(worst[stopped]).to.equal(protocolBounds(options).leftToStopped);
  });

  it('stops the earlier source in exactly I + 2D where reports are exact', () => {
    const options = { producers: 2, records: 0, delay: 1, faults: cut } as const;
    const { worst, states, ms } = check(options);
    console.log(`      ${states} states, ${(ms / 1000).toFixed(1)} s`);
    expect(worst[stopped]).to.equal(protocolBounds(options).leftToStopped);
  });

  it('keeps every property of extended streams', () => {
    const options: DeliverySystemOptions = { producers: 2, records: 1, leave: false, faults: cut };
    const { always, leadsTo } = deliveryProperties(options);
    const { worst, states, ms } = explore(deliverySystem(options), { always, leadsTo, stopAt: 'end' }).assert();
    console.log(`      ${states} states, ${(ms / 1000).toFixed(1)} s`);
    expect(Object.keys(always)).to.include(unmixed);
    expect(worst[stopped]).to.equal(protocolBounds({}).leftToStopped);
  });

  for (const property of [unmixed, whole]) {
    it(`would not under the same stream id: ${property}`, () => {
      const options = { producers: 2, exact: false, ghosts: true, faults: cut } as const;
      const { always } = protocolProperties(options);
      const { violations } = explore(askingAlike(options), { always: { [property]: always[property]! } });
      expect(violations.map((violation) => violation.property)).to.deep.equal([property]);
    });
  }
});

describe('the source of an earlier request', () => {
  const [stream] = streamsOf({});
  const runs = (view: ProtocolView): boolean => stream !== undefined && viewStream(view, stream).ghostRuns;

  it('is stopped K·I + T after its consumer has closed, at the latest', () => {
    const options = { records: 0, incidents: ['consumerCloses'], faults: cut } as const;
    const system = protocolSystem(options);
    const isLeft = (view: ProtocolView): boolean => runs(view) && view['consumer']?.actors['client'] === undefined;
    const { worst } = explore(system, {
      leadsTo: {
        [stopped]: {
          from: isLeft,
          to: (view) => !isLeft(view),
          within: 2 * protocolTicks.interval + protocolTicks.requestTimeout,
        },
      },
      stimuli: withoutLeaving(system),
      stopAt: 'end',
    }).assert();
    expect(worst[stopped]).to.equal(2 * protocolTicks.interval + protocolTicks.requestTimeout);
  });
});
