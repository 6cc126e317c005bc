import type { ELK as Elk } from 'elkjs/lib/elk-api.js';
import ELK from 'elkjs/lib/elk.bundled.js';
import type { Plugin } from 'vite';
import * as machines from '../../../../machines/index.js';
import { indexMachine } from '../../../../src/trace-events/machine-index.js';
import { elkGraph } from './elk-graph.js';
import { layout, type Placement, type Placer } from './layout.js';
import { layoutKey, type Placements } from './layouts.js';

const moduleName = 'virtual:own-placements';
const resolved = `\0${moduleName}`;

/** The layouts of the library's own machines. Throws where one cannot be placed. */
export async function ownPlacements(place: Placer): Promise<Placements> {
  const placements: Record<string, Placement> = {};
  for (const machine of Object.values(machines)) {
    if (typeof machine !== 'object' || !('root' in machine)) continue;
    const unplaced = elkGraph(indexMachine(machine).root);
    const failures: string[] = [];
    const placement = await layout(unplaced, place, (error) => failures.push(String(error)));
    if (placement === undefined) throw new Error(`${machine.id} has no layout: ${failures.join('; ')}`);
    placements[layoutKey(unplaced.graph)] = placement;
  }
  return placements;
}

/** ELK in the process that asks, for builds and tests. */
export function createDirectPlacer(): Placer {
  // The package is CommonJS with the types of an ES module, so that compilers differ about what it gives.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-assertion
  const elk = new (ELK as unknown as new () => Elk)();
  return (graph) => elk.layout(graph);
}

/** Lays out the library's own machines while the page is built, so that their charts come at once. */
export function ownPlacementsPlugin(): Plugin {
  let code: Promise<string> | undefined;
  return {
    name: 'own-placements',
    resolveId: (id) => (id === moduleName ? resolved : undefined),
    load: (id) => {
      if (id !== resolved) return undefined;
      code ??= ownPlacements(createDirectPlacer()).then(
        (made) => `export default JSON.parse(${JSON.stringify(JSON.stringify(made))})`,
      );
      return code;
    },
  };
}
