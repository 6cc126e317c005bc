import {
  consumerClientMachine,
  consumerStreamMachine,
  heartbeatMachine,
  producerClientMachine,
  producerStreamMachine,
} from '../../../machines/index.js';
import type { StartActors } from '../explorer/description/system-config.js';
import { producersOf, type ModelStream } from './model-stream.js';
import type { ProtocolTicks } from './protocol-options.js';

/** The machines that clients spawn, by the names that they spawn them by. */
export const shippedMachines = {
  consumerStream: consumerStreamMachine,
  producerStream: producerStreamMachine,
  heartbeat: heartbeatMachine,
};

/** The delays of the shipped machines, in ticks. */
export function shippedDelays(ticks: ProtocolTicks) {
  return {
    heartbeatInterval: ticks.interval,
    heartbeatRequestTimeout: ticks.requestTimeout,
    silenceTimeout: ticks.silence,
    openTimeout: ticks.open,
    requestRetry: ticks.retry,
    'consumerStream.cancellationBuffer': ticks.consumerBuffer,
    'producerStream.cancellationBuffer': ticks.producerBuffer,
  };
}

/** The producers and the consumers of some streams, each with its client. */
export function clientProcesses(
  streams: readonly ModelStream[],
  missedHeartbeatsMax: number,
  producers?: 1 | 2,
): Readonly<Record<string, StartActors>> {
  return {
    ...Object.fromEntries(streams.map(({ consumer }) => [consumer, { client: consumerClientMachine }])),
    ...Object.fromEntries(
      producersOf(producers).map((producer) => [
        producer,
        { client: { machine: producerClientMachine, input: { missedHeartbeatsMax } } },
      ]),
    ),
  };
}
