import { hintAt } from '../../known-fields.js';
import { itemAt } from '../structures/checked-reads.js';
import type { LinkConfig, NetworkConfig, Order } from './system-config.js';

/** One direction between two processes. */
export interface Link {
  /** `from->to`. */
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly delay: number;
  readonly order: Order;
  /** Whether any message may be lost at any time, fairly. */
  readonly isLossy: boolean;
}

/** A link's two ends, `->` or `<->` between them. */
const linkName = /^(.+?)(<?->)(.+)$/;

/**
 * The links of a network.
 *
 * @throws Error for a link that is not written `a->b` or `a<->b`, or that names an unknown process.
 */
export function compileLinks(network: NetworkConfig, processes: readonly string[]): readonly Link[] {
  const indexOf = (link: string, name: string) => {
    const index = processes.indexOf(name);
    if (index === -1) {
      throw new Error(`the link '${link}' names an unknown process '${name}'${hintAt(name, processes)}`);
    }
    return index;
  };
  const make = (from: number, to: number, config: LinkConfig): Link => {
    const delay = config.delay ?? network.delay ?? 0;
    const name = `${itemAt(processes, from)}->${itemAt(processes, to)}`;
    if (!Number.isInteger(delay) || delay < 0) {
      throw new Error(`the link '${name}': expected a delay in whole ticks, but got ${delay}`);
    }
    const order = config.order ?? network.order ?? 'connection';
    if (order === 'set' && delay > 0) {
      throw new Error(`the link '${name}': expected no delay, as messages of a set arrive at any time, came ${delay}`);
    }
    const isLossy = (config.loss ?? network.loss) === 'fair';
    if (order === 'set' && isLossy) {
      throw new Error(
        `the link '${name}': expected no loss, as messages of a set may never arrive anyway, came 'fair'`,
      );
    }
    return { name, from, to, delay, order, isLossy };
  };
  const { links } = network;
  if (links === undefined) {
    return processes.flatMap((_, from) => processes.flatMap((__, to) => (from === to ? [] : [make(from, to, {})])));
  }
  return Object.entries(links).flatMap(([name, config]) => {
    const [, a, arrow, b] = linkName.exec(name) ?? [];
    if (a === undefined || b === undefined) throw new Error(`expected a link 'a->b' or 'a<->b', but got '${name}'`);
    const [from, to] = [indexOf(name, a), indexOf(name, b)];
    return arrow === '<->' ? [make(from, to, config), make(to, from, config)] : [make(from, to, config)];
  });
}
