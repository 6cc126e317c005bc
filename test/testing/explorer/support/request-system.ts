import {
  explore,
  system,
  type Faults,
  type NetworkConfig,
  type Violation,
} from '../../../../src/testing/explorer/index.js';
import { answeringServer, askingClient } from './machines.js';

/** One client that asks, one server that answers: they start when the stimulus `go` comes. */
export function requestSystem(
  options: { readonly network?: NetworkConfig; readonly retry?: number; readonly faults?: Faults } = {},
) {
  return system({
    processes: { client: { client: askingClient }, server: { server: answeringServer } },
    delays: { retry: options.retry ?? 3 },
    network: options.network ?? { delay: 1 },
    stimuli: { go: { process: 'client', event: { type: 'go' } } },
    faults: options.faults ?? {},
  });
}

type View = { readonly client: { readonly actors: { readonly client?: { matches(value: string): boolean } } } };

export const isAsking = ({ client }: View) => client.actors.client?.matches('asking') === true;
export const isDone = ({ client }: View) => client.actors.client?.matches('done') === true;

/** The shortest violation of an answer that is awaited for more than 4 ticks, since a message is lost. */
export const slowAnswer = (): Violation =>
  explore(requestSystem({ faults: { drop: 1 } }), {
    leadsTo: { answered: { from: isAsking, to: isDone, within: 4 } },
  }).violations[0]!;

/** The shortest violation of an answer that never comes, since the server is dead. */
export const noAnswer = (): Violation =>
  explore(requestSystem({ faults: { crash: { max: 1, of: ['server'] } } }), {
    leadsTo: { answered: { from: isAsking, to: isDone } },
  }).violations[0]!;
