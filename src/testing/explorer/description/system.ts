import type { AnyStateMachine } from 'xstate';
import { compileSystem } from './compile-system.js';
import type { StartActors, SystemConfig } from './system-config.js';
import type { SystemView } from './system-view.js';

/** A checked description of a system. `Processes` is known to the type system only, for the views of predicates. */
export interface System<Processes = Readonly<Record<string, unknown>>> {
  readonly config: SystemConfig;
  /** Never present at run time. */
  readonly processes?: Processes;
}

/** What predicates over a system are given. */
export type ViewOf<S extends System<unknown>> = S extends System<infer Processes> ? SystemView<Processes> : never;

/** Of a system in which nothing is spawned. */
// eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- an object without fields is what is meant
type NoMachines = Readonly<Record<never, AnyStateMachine>>;

/**
 * Puts machines into processes, and processes on a network with faults.
 *
 * @throws Error that says what is wrong: a delay that no machine declares or that is missing, a link or stimulus to an
 *   unknown process …
 */
export function system<
  const Processes extends Readonly<Record<string, StartActors>>,
  Command,
  Message,
  const Machines extends Readonly<Record<string, AnyStateMachine>> = NoMachines,
  Names extends string = never,
>(config: SystemConfig<Processes, Command, Message, Machines, Names>): System<Processes> {
  const plain = config as unknown as SystemConfig;
  compileSystem(plain, true);
  return { config: plain };
}
