import type { ELK as Elk } from 'elkjs/lib/elk-api.js';
import ELK from 'elkjs/lib/elk.bundled.js';
import type { Plugin } from 'vite';
import * as machines from '../../../../machines/index.js';
import { indexMachine } from '../../../../src/trace-events/machine-index.js';
import { elkGraph } from './elk-graph.js';
import { layout, type Placement, type Placer } from './layout.js';
import { layoutKey } from './layouts.js';

const moduleName = 'virtual:own-placements';
const resolved = `\0${moduleName}`;

/** The layouts of the library's own machines. Throws where one cannot be placed. */
export async function ownPlacements(place: Placer): Promise<Readonly<Record<string, Placement>>> {
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

/**
 * Lays out the library's own machines while the page is built, so that their charts come without a layout: each in a chunk
 * of its own, since a page shows two of them at first.
 */
export function ownPlacementsPlugin(): Plugin {
  let placements: ReturnType<typeof ownPlacements> | undefined;
  return {
    name: 'own-placements',
    resolveId: (id) => (id === moduleName || id.startsWith(`${moduleName}/`) ? `\0${id}` : undefined),
    load: async (id) => {
      if (!id.startsWith(resolved)) return undefined;
      placements ??= ownPlacements(createDirectPlacer());
      const made = await placements;
      const one = made[id.slice(resolved.length + 1)];
      if (one !== undefined) return `export const placement = JSON.parse(${JSON.stringify(JSON.stringify(one))})`;
      const imports = Object.keys(made).map((key) => {
        const [name, module] = [key, `${moduleName}/${key}`].map((text) => JSON.stringify(text));
        return `${name}: async () => (await import(${module})).placement`;
      });
      return `export default { ${imports.join(', ')} }`;
    },
  };
}
