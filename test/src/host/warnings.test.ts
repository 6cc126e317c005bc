import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { ConsumerClient, ProducerClient, type WarningCode } from '../../../src/index.js';
import type { NatsConnection, NatsSubscribeOptions } from '../../../src/transport/index.js';
import { heartbeatSubject } from '../../../src/wire/index.js';
import { closePair, createPair, type PairOptions } from '../../support/pair.js';
import { settle } from '../../support/settle.js';

/** Something that brings about a warning: told to the pair's own list, or returned. */
type Provocation = () => Promise<readonly { readonly code: WarningCode }[]>;

async function warningsOf(
  provoke: (pair: ReturnType<typeof createPair>) => unknown,
  options?: PairOptions,
): Promise<readonly { readonly code: WarningCode }[]> {
  const pair = createPair(options);
  await settle();
  await provoke(pair);
  await settle();
  await closePair(pair);
  return pair.warnings;
}

/** A stream that nobody serves but the bystander, which may send whatever it likes. */
const sendTo = (frame: string) => (): ReturnType<Provocation> =>
  warningsOf(async ({ bystander, consumer }) => {
    bystander.subscribe('logs', { callback: () => undefined });
    await settle();
    const { id } = consumer.openStream('logs');
    bystander.publish(consumer.id + id, frame);
  });

const untilAborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => signal.addEventListener('abort', resolve));

/** What brings each code about. A code that is added to the union needs one here, and a line in the table of docs/guide/warnings.md. */
const provocations: Readonly<Record<WarningCode, Provocation>> = {
  publishFailed: () =>
    warningsOf(({ consumer, consumerConnection }) => {
      consumerConnection.publish = () => {
        throw new Error('not now');
      };
      consumer.openStream('logs');
    }),
  malformedFrame: sendTo('no frame'),
  unknownFrame: sendTo('{"type":77}'),
  heartbeatDropped: () =>
    warningsOf(
      ({ bystander, consumer }) => {
        // Nobody gets a word in between, so that they wait.
        for (let count = 0; count < 3; count += 1)
          bystander.publish(heartbeatSubject(consumer.id), new Uint8Array(30 * 1024 * 1024), {
            reply: '_INBOX.test.1',
          });
      },
      { maxPayloadBytes: 32 * 1024 * 1024 },
    ),
  malformedControl: () =>
    warningsOf(async ({ bystander, consumer, producer }) => {
      const controls: string[] = [];
      bystander.subscribe('_SINBOX.>', { callback: (_, { reply }) => controls.push(reply ?? '') });
      producer.handle('logs', async function* ({ signal }) {
        yield 'one';
        await untilAborted(signal);
      });
      await settle();
      consumer.openStream('logs');
      await settle();
      bystander.publish(controls[0] ?? '', Uint8Array.of(5));
    }),
  secondProducer: () =>
    warningsOf(async ({ bystander, consumer, producer }) => {
      const second = new ProducerClient({ connection: bystander });
      for (const client of [producer, second])
        client.handle('logs', ({ signal }) => untilAborted(signal).then(() => []));
      await settle();
      consumer.openStream('logs');
      await settle();
      await second.close();
    }),
  requestRefused: () =>
    warningsOf(async ({ bystander, producer }) => {
      producer.handle('logs', () => []);
      await settle();
      bystander.publish('logs', 'no request');
    }),
  notPermitted: () =>
    warningsOf(async ({ broker, warnings }) => {
      const connection = broker.connect({ mayPublish: (subject) => subject !== 'logs' });
      const consumer = new ConsumerClient({ connection, onWarning: (warning) => warnings.push(warning) });
      consumer.openStream('logs');
      await settle();
      await consumer.close();
    }),
  subscriptionLost: async () => {
    const callbacks: NatsSubscribeOptions['callback'][] = [];
    return warningsOf(({ consumerConnection }) => {
      const tapped: NatsConnection = {
        ...consumerConnection,
        subscribe: (subject, options) => {
          callbacks.push(options.callback);
          return consumerConnection.subscribe(subject, options);
        },
      };
      const warnings: { readonly code: WarningCode }[] = [];
      const other = new ProducerClient({ connection: tapped, onWarning: (warning) => warnings.push(warning) });
      other.handle('logs', () => []);
      callbacks.at(-1)?.(new Error('permissions violation'), undefined as never);
      lost = warnings;
    }).then(() => lost);
  },
  sourceFailed: () =>
    warningsOf(async ({ consumer, producer }) => {
      producer.handle('logs', async function* ({ signal }) {
        yield 'one';
        await untilAborted(signal);
        throw new Error('too late');
      });
      await settle();
      const stream = consumer.openStream('logs');
      await settle();
      stream.cancel();
    }),
  callbackThrew: () =>
    warningsOf(() => undefined, {
      consumer: {
        inspect: () => {
          throw new Error('a broken observer');
        },
      },
    }),
  actorBroke: () =>
    warningsOf(({ consumer }) => {
      consumer.actor.send({ type: 'heartbeat.requested', reply: 'inbox' } as never);
    }),
  drainIncomplete: () =>
    warningsOf(
      async ({ consumer, producer }) => {
        producer.handle('logs', () => new Promise<never>(() => undefined));
        await settle();
        consumer.openStream('logs');
        await settle();
        await producer.drain();
      },
      { producer: { cancellationBufferMs: 1 } },
    ),
};
let lost: readonly { readonly code: WarningCode }[] = [];

const source = readFileSync(new URL('../../../src/host/warnings.ts', import.meta.url), 'utf8');
const page = readFileSync(new URL('../../../docs/guide/warnings.md', import.meta.url), 'utf8');
const union = Array.from(source.matchAll(/^ {2}\| '(\w+)'/gm), ([, code]) => code ?? '');

describe('each code of a warning', () => {
  for (const code of union) {
    it(`comes where it is provoked: ${code}`, async () => {
      const provoke = (provocations as Readonly<Record<string, Provocation>>)[code];
      expect(provoke, `expected what provokes ${code}, came nothing`).to.be.a('function');
      expect((await provoke?.())?.map((warning) => warning.code)).to.include(code);
    });
  }

  it('is in the table of the guide, in the order of the union', () => {
    expect(Array.from(page.matchAll(/^\| `(\w+)` \|/gm), ([, code]) => code)).to.deep.equal(union);
  });
});
