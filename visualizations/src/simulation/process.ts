import type { Clock } from '../../../src/host/clock.js';
import type { MemoryConnection } from '../../../src/memory-broker/index.js';
import type { NatsConnection } from '../../../src/transport/nats-connection.js';

/**
 * A simulated operating system process: a clock and a connection that stop with it. A paused process finds its due
 * timers and its messages when it goes on, as one whose event loop was blocked. A crashed one never says anything again.
 */
export interface SimulatedProcess {
  readonly name: string;
  readonly clock: Clock;
  readonly connection: NatsConnection;
  readonly state: 'running' | 'paused' | 'crashed';
  pause(): void;
  resume(): void;
  crash(): void;
}

interface Handle {
  timer: unknown;
  isCancelled: boolean;
}

export function createProcess(name: string, connection: MemoryConnection, world: Clock): SimulatedProcess {
  let state: SimulatedProcess['state'] = 'running';
  /** What fell due while the process was paused: timers before messages, as an event loop takes them. */
  const held: { readonly timers: (() => void)[]; readonly messages: (() => void)[] } = { timers: [], messages: [] };
  const onResume: (() => void)[] = [];

  const run = (task: () => void, kind: keyof typeof held): void => {
    if (state === 'running') task();
    else if (state === 'paused') held[kind].push(task);
  };

  const clock: Clock = {
    now: () => world.now(),
    setTimeout: (fn, ms) => {
      const handle: Handle = { timer: undefined, isCancelled: false };
      const fire = () => {
        if (!handle.isCancelled) fn();
      };
      handle.timer = world.setTimeout(() => run(fire, 'timers'), ms);
      return handle;
    },
    clearTimeout: (given) => {
      const handle = given as Handle | undefined;
      if (handle === undefined) return;
      handle.isCancelled = true;
      world.clearTimeout(handle.timer);
    },
  };

  /** The connection's news, which a paused process hears later and a crashed one never. */
  async function* news(statuses: AsyncIterable<{ readonly type: string }>) {
    for await (const status of statuses) {
      if (state === 'paused') await new Promise<void>((resolve) => onResume.push(resolve));
      // The state may have changed while the process waited.
      if (state === 'crashed') return;
      yield status;
    }
  }

  const shielded: NatsConnection = {
    info: connection.info,
    publish: (subject, payload, options) => {
      if (state !== 'crashed') connection.publish(subject, payload, options);
    },
    subscribe: (subject, { callback, ...rest }) => {
      const subscription = connection.subscribe(subject, {
        ...rest,
        callback: (error, message) => run(() => callback(error, message), 'messages'),
      });
      return {
        unsubscribe: () => {
          if (state !== 'crashed') subscription.unsubscribe();
        },
        drain: () => subscription.drain(),
      };
    },
    flush: () => (state === 'crashed' ? Promise.resolve() : connection.flush()),
    status: () => {
      const statuses = connection.status();
      return Object.assign(news(statuses), { stop: () => statuses.stop() });
    },
    closed: () => new Promise((resolve) => void connection.closed().then((why) => run(() => resolve(why), 'messages'))),
    isClosed: () => connection.isClosed(),
  };

  return {
    name,
    clock,
    connection: shielded,
    get state() {
      return state;
    },
    pause: () => {
      if (state === 'running') state = 'paused';
    },
    resume: () => {
      if (state !== 'paused') return;
      state = 'running';
      for (const resolve of onResume.splice(0)) resolve();
      // Armed anew rather than called, so that what waits on promises gets on between them.
      for (const task of [...held.timers.splice(0), ...held.messages.splice(0)]) {
        world.setTimeout(() => run(task, 'messages'), 0);
      }
    },
    crash: () => {
      if (state === 'crashed') return;
      state = 'crashed';
      held.timers.length = 0;
      held.messages.length = 0;
      void connection.close();
    },
  };
}
