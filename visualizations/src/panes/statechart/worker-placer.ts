import ELK, { type ELK as Elk } from 'elkjs/lib/elk-api.js';
import ElkWorker from 'elkjs/lib/elk-worker.min.js?worker';
import type { Placer } from './layout.js';

/** Some graphs keep ELK busy for ever; after so long the worker is ended and the layout has failed. */
const placingMaxMs = 20_000;

/** A placer that runs ELK in a worker, which starts with the first graph, so that no picture ever waits for a layout. */
export function createWorkerPlacer(): Placer {
  let elk: Elk | undefined;
  return async (graph) => {
    elk ??= new ELK({ workerFactory: () => new ElkWorker() });
    const placing = elk.layout(graph);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const expiry = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        elk?.terminateWorker();
        elk = undefined;
        reject(new Error(`no layout within ${placingMaxMs} ms`));
      }, placingMaxMs);
    });
    try {
      return await Promise.race([placing, expiry]);
    } finally {
      clearTimeout(timer);
    }
  };
}
