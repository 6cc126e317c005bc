import { collectTraces, type TraceListener } from '../tracing/index.js';
import { openConnection } from './connection.js';
import { throwWarning, type Watching, type WatchOptions } from './watching.js';

/** Watches the processes that publish trace events on a server, where one is named; else plays the demo and watches that. */
export async function watch(options: WatchOptions, listener: TraceListener): Promise<Watching> {
  const isNamed = [options.server, options.context, options.subject].some((name) => name !== undefined);
  if (isNamed && options.demo !== true) return watchProcesses(options, listener);
  // Who watches a server has no use for the demo.
  const { watchDemo } = await import('./demo/watch-demo.js');
  return watchDemo(options, listener);
}

async function watchProcesses(options: WatchOptions, listener: TraceListener): Promise<Watching> {
  const connection = await openConnection(options, { name: 'nats-stream watch', reconnectsMax: -1 });
  const { subject } = options;
  const collector = collectTraces(connection, listener, {
    onWarning: throwWarning,
    ...(subject === undefined ? {} : { subject }),
  });
  return {
    description: `processes on ${connection.getServer()}${subject === undefined ? '' : `, subject ${subject}`}`,
    processes: () => collector.processes,
    over: connection.closed().then((error) => {
      if (error instanceof Error) throw error;
    }),
    stop: async () => {
      collector.stop();
      await connection.close();
    },
  };
}
