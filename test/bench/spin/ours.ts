import type { StartActors, SystemView } from '../../../src/testing/index.js';
import { built } from '../../support/bench.js';
import { alternatingBit, itemsComeInOrder } from './alternating-bit.js';
import { twoPhaseCommit } from './two-phase-commit.js';

/** One exploration for `against-spin.ts`, in a process of its own: `ours.ts MODEL N`. Prints how many states there are, and what they took. */

const { explore } = (await built('testing/index.js')) as typeof import('../../../src/testing/index.js');

type View = SystemView<Readonly<Record<string, StartActors>>>;

const [, , model, size] = process.argv;

const someIs = (state: string) => (view: View) =>
  Object.values(view).some(({ actors }) => actors['participant']?.matches(state) === true);

const before = process.cpuUsage();
const { states } =
  model === 'two-phase-commit'
    ? explore(twoPhaseCommit(Number(size)), {
        always: { agreement: (view) => !(someIs('committed')(view) && someIs('aborted')(view)) },
      }).assert()
    : explore(alternatingBit(Number(size)), { always: { 'in order': itemsComeInOrder } }).assert();

const { user, system } = process.cpuUsage(before);
const memoryMiB = Math.round(process.resourceUsage().maxRSS / 1024);
console.log(`${states} states, ${memoryMiB} MiB, ${((user + system) / 1e6).toFixed(2)} s of search`);
