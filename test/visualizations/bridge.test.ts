import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import {
  assign,
  createActor,
  createMachine,
  fromPromise,
  log,
  setup,
  type AnyStateMachine,
  type AnyStateNode,
  type AnyTransitionDefinition,
} from 'xstate';
import {
  consumerClientMachine,
  consumerStreamMachine,
  heartbeatMachine,
  producerClientMachine,
  producerStreamMachine,
} from '../../machines/index.js';
import {
  createInspectServer,
  createReceiver,
  type InspectServer,
} from '../../visualizations/inspect-bridge/src/index.js';
import { toV4EventType } from '../../visualizations/inspect-bridge/src/v4-events.js';
import { toV4Machine } from '../../visualizations/inspect-bridge/src/v4-machine.js';
import { measureMemory } from '../support/memory.js';
import { closePair, createPair } from '../support/pair.js';
import { settle } from '../support/settle.js';
import { numberedSource } from './numbered-source.js';

const bridgeRequire = createRequire(new URL('../../visualizations/inspect-bridge/package.json', import.meta.url));
const { WebSocket } = bridgeRequire('ws') as { readonly WebSocket: new (url: string, options?: object) => Socket };
const { createMachine: createV4Machine } = bridgeRequire('xstate') as {
  readonly createMachine: (config: unknown) => V4Machine;
};

interface Socket {
  on(event: string, listener: (...given: never[]) => void): void;
  send(text: string): void;
  close(): void;
}

/** A machine of XState 4 as far as it is compared. */
interface V4Machine {
  readonly stateIds: readonly string[];
  readonly initialState: { readonly value: unknown };
  getStateNodeById(id: string): {
    readonly key: string;
    readonly type: string;
    readonly order: number;
    readonly transitions: readonly {
      readonly eventType: string;
      readonly target?: readonly { readonly id: string }[];
      readonly cond?: { readonly name?: string; readonly type?: string };
      readonly actions: readonly { readonly type: string }[];
      readonly internal: boolean;
      readonly delay?: unknown;
    }[];
    readonly onEntry: readonly { readonly type: string }[];
  };
}

interface Received {
  readonly type: 'service.register' | 'service.state' | 'service.event' | 'service.stop';
  readonly sessionId: string;
  readonly id?: string;
  readonly parent?: string;
  readonly machine?: V4Machine;
  readonly state?: {
    readonly value: unknown;
    readonly context: unknown;
    readonly _event: {
      readonly v5: { id: string; status: string; timers: { event: string }[]; taken: { source: string }[] };
    };
  };
  readonly event?: { readonly name: string; readonly data: { readonly type: string } };
}

interface Receiver {
  readonly received: readonly Received[];
  send(event: unknown): void;
  /** Resolves when something that fits has come. */
  until(fits: (event: Received) => boolean): Promise<Received>;
}

const sockets: { close(): void }[] = [];

/** The package's own receiver, which wants the browser's WebSocket. */
async function receive(server: InspectServer): Promise<Receiver> {
  const scope = globalThis as { WebSocket?: unknown };
  const before = scope.WebSocket;
  scope.WebSocket = function (url: string) {
    const socket = new WebSocket(url);
    sockets.push(socket);
    return socket;
  };
  const { createWebSocketReceiver } = bridgeRequire('@xstate/inspect/lib/browser.js') as {
    readonly createWebSocketReceiver: (options: { server: string }) => {
      send(event: unknown): void;
      subscribe(next: (event: Received) => void): void;
    };
  };
  const receiver = createWebSocketReceiver({ server: server.address });
  scope.WebSocket = before;
  const received: Received[] = [];
  const waiting: (() => void)[] = [];
  receiver.subscribe((event) => {
    received.push(event);
    for (const wake of waiting.splice(0)) wake();
  });
  while (server.receivers === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  return {
    received,
    send: (event) => receiver.send(event),
    until: async (fits) => {
      for (;;) {
        const found = received.find(fits);
        if (found !== undefined) return found;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  };
}

const ours: readonly AnyStateMachine[] = [
  consumerClientMachine,
  consumerStreamMachine,
  heartbeatMachine,
  producerClientMachine,
  producerStreamMachine,
];

/** What the machines of this package do not have. */
const odd = setup({ actors: { work: fromPromise(() => Promise.resolve(1)) } }).createMachine({
  id: 'odd.one',
  initial: 'a.b',
  states: {
    'a.b': {
      tags: ['busy'],
      description: 'a key with a dot',
      invoke: { id: 'worker', src: 'work', onDone: 'both', onError: { target: 'both', actions: assign({}) } },
      after: { 500: 'both', 0.5: { actions: log('soon') } },
      always: { guard: () => false, target: 'both' },
    },
    both: {
      type: 'parallel',
      states: {
        one: { initial: 'x', states: { x: { on: { 'GO.*': 'y' } }, y: { type: 'final' } } },
        two: { type: 'final' },
      },
      onDone: 'end',
    },
    end: { type: 'final' },
    past: { type: 'history', history: 'deep', target: 'both' },
  },
});

function nodesOf(node: AnyStateNode): readonly AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap((child) => nodesOf(child as AnyStateNode))];
}

const nameOf = (part: unknown): string | undefined =>
  part === undefined || part === null
    ? undefined
    : typeof part === 'string'
      ? part
      : ((part as { type?: string }).type ?? (part as { name?: string }).name);

describe('the bridge to @xstate/inspect 0.8', () => {
  it('keeps its XState 4 to itself: no file of the page imports what would be that version', () => {
    const folder = fileURLToPath(new URL('../../visualizations/src/', import.meta.url));
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
    expect(files.length).to.be.greaterThan(50);
    const importing = files.filter((file) => readFileSync(folder + file, 'utf8').includes("from 'xstate'"));
    expect(importing).to.deep.equal([]);
  });

  for (const machine of [...ours, odd as AnyStateMachine]) {
    it(`gives XState 4 all of ${machine.id}: states, transitions, guards, actions, timers, initial states`, () => {
      const config: unknown = JSON.parse(JSON.stringify(toV4Machine(machine as never, {})));
      const parsed = createV4Machine(config);
      const nodes = nodesOf(machine.root);
      expect(parsed.stateIds).to.have.members(nodes.map(({ id }) => id));
      let compared = 0;
      for (const node of nodes) {
        const other = parsed.getStateNodeById(node.id);
        expect(other).to.include({ key: node.key, type: node.type, order: node.order });
        const transitions = [...node.transitions.values(), node.always ?? []].flat() as AnyTransitionDefinition[];
        const expected = transitions.map((transition) => ({
          event: toV4EventType(String(transition.eventType), machine as never),
          targets: (transition.target ?? []).map(({ id }) => id),
          guard: nameOf(transition.guard),
          actions: transition.actions.map((action) => nameOf(action)?.replace(/^xstate\./, '')),
          internal: !transition.reenter,
        }));
        const found = other.transitions.map((transition) => ({
          event: transition.eventType,
          targets: (transition.target ?? []).map(({ id }) => id),
          guard: transition.cond?.name ?? transition.cond?.type,
          actions: transition.actions.map(({ type }) => type),
          internal: transition.internal,
        }));
        const tellInline = (transitions: typeof expected) =>
          transitions.map((transition) => ({
            ...transition,
            guard: transition.guard === 'guard' ? '(inline)' : transition.guard,
          }));
        expect(tellInline(found), node.id).to.have.deep.members(tellInline(expected));
        compared += found.length;
      }
      expect(compared).to.be.greaterThan(0);
    });
  }

  it('gives the initial state of every machine of this package, but where a guard decides on it', () => {
    const undecided: string[] = [];
    for (const machine of ours) {
      const parsed = createV4Machine(JSON.parse(JSON.stringify(toV4Machine(machine as never, {}))));
      try {
        expect(parsed.initialState.value).to.deep.equal(createActor(machine, { input: {} }).getSnapshot().value);
      } catch (error) {
        // Version 4 has of a guard its name only.
        expect(String(error)).to.include('Unable to evaluate guard');
        undecided.push(machine.id);
      }
    }
    expect(undecided).to.deep.equal(['consumerStream', 'heartbeat']);
  });

  describe('with the real server and the real receiver', () => {
    let server: InspectServer;
    const start = async (options: Parameters<typeof createInspectServer>[0] = {}): Promise<InspectServer> => {
      server = await createInspectServer(options);
      return server;
    };
    afterEach(async () => {
      for (const socket of sockets.splice(0)) socket.close();
      await server.close();
    });

    it('shows the streams of real clients: registered, their events, states, edges and timers, and their end', async () => {
      const { inspect } = await start();
      const receiver = await receive(server);
      const pair = createPair({ consumer: { inspect }, producer: { inspect } });
      pair.producer.handle('numbers', numberedSource(3));
      await settle();
      const stream = pair.consumer.openStream('numbers');
      for await (const record of stream) expect(record.length).to.be.greaterThan(0);
      await stream.closed;
      const registered = await receiver.until(({ type, id }) => type === 'service.register' && id === stream.id);
      expect(registered.machine?.stateIds).to.include('consumerStream.active.listening');
      const { sessionId } = registered;
      await receiver.until((event) => event.type === 'service.stop' && event.sessionId === sessionId);
      const own = receiver.received.filter((event) => event.sessionId === sessionId);
      const states = own.flatMap(({ state }) => state ?? []);
      expect(states.some(({ value }) => JSON.stringify(value).includes('listening'))).to.equal(true);
      const facts = states.map(({ _event }) => _event.v5);
      expect(facts.flatMap(({ taken }) => taken).length).to.be.greaterThan(0);
      expect(facts.flatMap(({ timers }) => timers.map(({ event }) => event)).join()).to.include('silenceTimeout');
      expect(facts.at(-1)?.status).to.equal('done');
      expect(own.filter(({ type }) => type === 'service.event').length).to.be.greaterThan(1);
      await closePair(pair);
    });

    it('shows those who lived before anybody looked on, each once', async () => {
      const { inspect } = await start();
      const toggle = createMachine({
        id: 'toggle',
        initial: 'off',
        states: { off: { on: { FLIP: 'on' } }, on: { on: { FLIP: 'off' } } },
      });
      const actor = createActor(toggle, { inspect }).start();
      actor.send({ type: 'FLIP' });
      const receiver = await receive(server);
      const registered = await receiver.until(({ type }) => type === 'service.register');
      expect(registered.state?.value).to.equal('on');
      expect(registered.state?._event.v5.id).to.equal(actor.id);
      actor.send({ type: 'FLIP' });
      await receiver.until(({ type, state }) => type === 'service.state' && state?.value === 'off');
      const second = await receive(server);
      await second.until(({ type }) => type === 'service.register');
      actor.send({ type: 'FLIP' });
      await second.until(({ type, state }) => type === 'service.state' && state?.value === 'on');
      expect(second.received.filter(({ type }) => type === 'service.event')).to.have.lengthOf(1);
      actor.stop();
    });

    it('tells parents and ids, to those who look on and to those who come later', async () => {
      const { inspect } = await start();
      const child = createMachine({ id: 'child', initial: 'here', states: { here: {} } });
      const parent = createMachine({ id: 'parent', invoke: { id: 'the child', src: child } });
      const first = await receive(server);
      const actor = createActor(parent, { inspect, id: 'the parent' }).start();
      const late = await receive(server);
      for (const receiver of [first, late]) {
        const told = await receiver.until(({ type, id }) => type === 'service.register' && id === 'the child');
        expect(told.parent).to.equal(actor.sessionId);
        const above = await receiver.until(({ type, id }) => type === 'service.register' && id === 'the parent');
        expect(above.sessionId).to.equal(actor.sessionId);
        expect(above.parent).to.equal(undefined);
      }
      actor.stop();
    });

    it('serves a page with its receiver to browsers on this machine, and to nobody else', async () => {
      const { url, address } = await start();
      expect(url).to.equal(`http://${address}/`);
      const page = await fetch(url);
      expect(page.status).to.equal(200);
      expect(page.headers.get('content-security-policy')).to.include("default-src 'none'");
      expect(await page.text()).to.include('page.js');
      const [host = ''] = address.split('/');
      for (const path of ['/', '/guessed/', `/${address.split('/')[1] ?? ''}`, `/${address.split('/')[1] ?? ''}/x`]) {
        expect((await fetch(`http://${host}${path}`)).status, path).to.equal(404);
      }
      expect((await fetch(url, { headers: { origin: 'https://evil.example' } })).status).to.equal(403);
    });

    it('has a receiver for a Node without a WebSocket', async () => {
      const { inspect, address } = await start();
      const scope = globalThis as { WebSocket?: unknown };
      const before = scope.WebSocket;
      delete scope.WebSocket;
      try {
        const receiver = createReceiver(address);
        const registered = new Promise<unknown>((resolve) => receiver.subscribe(resolve as never));
        const actor = createActor(createMachine({ id: 'plain' }), { inspect }).start();
        expect(await registered).to.include({ type: 'service.register', sessionId: actor.sessionId });
        actor.stop();
      } finally {
        scope.WebSocket = before;
      }
    });

    it('keeps nothing of 20,000 streams that are over, while a receiver looks on', async () => {
      const { inspect } = await start();
      const receiver = new WebSocket(`ws://${server.address}`);
      sockets.push(receiver);
      let stopped = 0;
      let wake = (): void => undefined;
      receiver.on('message', (data: Buffer) => {
        if (data.subarray(0, 40).includes('"service.stop"')) stopped += 1;
        wake();
      });
      await new Promise<void>((resolve) => receiver.on('open', () => resolve()));
      // From the time when it hears of one that lives it is told of all.
      const living = createActor(createMachine({ id: 'living' }), { inspect }).start();
      const isInspecting = new Promise<void>((resolve) => receiver.on('message', () => resolve()));
      receiver.send('{"type":"xstate.inspecting"}');
      await isInspecting;
      living.stop();
      stopped = 0;
      // What a consumer runs for a stream, without the streams: a stream is what its actor is, as far as this sees.
      const delays = Object.keys(consumerStreamMachine.implementations.delays).map((name) => [name, 1000]);
      const machine = consumerStreamMachine.provide({ delays: Object.fromEntries(delays) as never });
      const run = async (count: number): Promise<number> => {
        // A receiver that is far behind is cut off.
        const atOnce = 100;
        for (let n = 0; n < count; n += atOnce) {
          const until = stopped + atOnce;
          for (let one = 0; one < atOnce; one += 1) {
            const actor = createActor(machine, { input: { subject: 'one' } as never, inspect }).start();
            actor.send({ type: 'app.cancel', text: '' } as never);
            actor.stop();
          }
          while (stopped < until) await new Promise<void>((resolve) => (wake = resolve));
        }
        return measureMemory().heldBytes;
      };
      // What is kept of streams grows the heap in each round; what else this process does at the time, in some.
      const perRound = 4_000;
      let before = await run(perRound);
      const grownBytes: number[] = [];
      for (let round = 0; round < 4; round += 1) {
        const after = await run(perRound);
        grownBytes.push((after - before) / perRound);
        before = after;
      }
      // A service that is kept takes 23 kB.
      expect(Math.min(...grownBytes), grownBytes.join(', ')).to.be.lessThan(50);
    });

    it('tells of an actor that dies by a throw', async () => {
      const { inspect } = await start();
      const receiver = await receive(server);
      const doomed = createMachine({
        id: 'doomed',
        on: {
          DIE: {
            actions: () => {
              throw new Error('so be it');
            },
          },
        },
      });
      const actor = createActor(doomed, { inspect });
      actor.subscribe({ error: () => undefined });
      actor.start();
      await receiver.until(({ type }) => type === 'service.register');
      actor.send({ type: 'DIE' });
      await receiver.until(({ type }) => type === 'service.stop');
      expect(receiver.received.findLast(({ state }) => state !== undefined)?.state?._event.v5).to.include({
        status: 'error',
        error: 'so be it',
      });
    });

    it('takes contexts and events that are no plain data', async () => {
      const { inspect } = await start();
      const receiver = await receive(server);
      const context: Record<string, unknown> = {
        big: 10n,
        map: new Map([['a', new Set([1])]]),
        bytes: new Uint8Array(9),
        call: () => 1,
      };
      context['self'] = context;
      const machine = createMachine({ id: 'strange', context, on: { ANY: { actions: assign({ seen: true }) } } });
      const actor = createActor(machine, { inspect }).start();
      actor.send({ type: 'ANY', value: 3n });
      const { state } = await receiver.until(
        (event) => event.type === 'service.state' && JSON.stringify(event.state?.context).includes('seen'),
      );
      expect(state?.context).to.deep.include({ big: '10n', bytes: '(9 bytes)', seen: true });
      actor.stop();
    });

    it('lets a receiver send events only where that is allowed', async () => {
      for (const allowSend of [false, true]) {
        const { inspect } = await start({ allowSend });
        const receiver = await receive(server);
        const machine = createMachine({
          id: 'remote',
          initial: 'off',
          states: { off: { on: { FLIP: 'on' } }, on: {} },
        });
        const actor = createActor(machine, { inspect }).start();
        const { sessionId } = await receiver.until(({ type }) => type === 'service.register');
        const event = { name: 'FLIP', data: { type: 'FLIP' }, $$type: 'scxml', type: 'external', origin: sessionId };
        receiver.send({ type: 'xstate.event', event: JSON.stringify(event) });
        if (allowSend) {
          await receiver.until(({ type, state }) => type === 'service.state' && state?.value === 'on');
          expect(receiver.received.filter((came) => came.event?.name === 'FLIP')).to.have.lengthOf(1);
        } else {
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        expect(actor.getSnapshot().value).to.equal(allowSend ? 'on' : 'off');
        actor.stop();
        if (!allowSend) await server.close();
      }
    });

    it('survives bad frames and a disconnect that is meant for all', async () => {
      const { inspect } = await start({ allowSend: true });
      const receiver = await receive(server);
      const vandal = new WebSocket(`ws://${server.address}`);
      sockets.push(vandal);
      await new Promise<void>((resolve) => vandal.on('open', () => resolve()));
      for (const text of [
        'nope',
        '{}',
        'null',
        '[]',
        '{"type":"disconnect"}',
        '{"type":"unload"}',
        '{"type":"xstate.event"}',
        '{"type":"xstate.event","event":"{"}',
        '{"type":"xstate.event","event":"null"}',
        '{"type":"service.stop"}',
      ]) {
        vandal.send(text);
      }
      vandal.send('x'.repeat(100_000));
      await new Promise<void>((resolve) => vandal.on('close', () => resolve()));
      const actor = createActor(createMachine({ id: 'alive' }), { inspect }).start();
      await receiver.until(({ type, id }) => type === 'service.register' && id === actor.id);
      actor.stop();
    });

    it('lets in nobody without its token, and no page of another origin', async () => {
      await start({ origins: ['http://127.0.0.1:4173'] });
      const [host = ''] = server.address.split('/');
      const outcomeOf = (address: string, headers: object = {}): Promise<string> =>
        new Promise((resolve) => {
          const socket = new WebSocket(`ws://${address}`, { headers });
          sockets.push(socket);
          socket.on('open', () => resolve('open'));
          socket.on('error', (error: Error) => resolve(error.message));
        });
      expect(await outcomeOf(host)).to.include('403');
      expect(await outcomeOf(`${host}/guessed`)).to.include('403');
      expect(await outcomeOf(server.address, { Origin: 'https://evil.example' })).to.include('403');
      expect(await outcomeOf(server.address, { Host: 'evil.example' })).to.include('403');
      expect(await outcomeOf(server.address, { Origin: 'http://127.0.0.1:4173' })).to.equal('open');
    });

    it('refuses a second server in one process, and gives way to one after it', async () => {
      await start();
      try {
        await createInspectServer();
        expect.fail('expected it to throw');
      } catch (error) {
        expect(String(error)).to.include('expected no inspect server in this process');
      }
    });
  });
});
