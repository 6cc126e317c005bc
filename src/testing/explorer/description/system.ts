import type { AnyStateMachine } from 'xstate';
import { compileSystem } from './compile-system.js';
import type { StartActors, SystemConfig } from './system-config.js';
import type { SystemView } from './system-view.js';

/** A validated system. The type parameter `Processes` types the views of its predicates. */
export interface System<Processes = Readonly<Record<string, unknown>>> {
  /** The description from which it was made. */
  readonly config: SystemConfig;
  /** Carries the type parameter; never present at run time. */
  readonly processes?: Processes;
}

/** The type of a system's state as its predicates see it. */
export type ViewOf<S extends System<unknown>> = S extends System<infer Processes> ? SystemView<Processes> : never;

/** Of a system in which nothing is spawned. */
// eslint-disable-next-line @typescript-eslint/no-generated-empty-object-type -- an object without fields is what is meant
type NoMachines = Readonly<Record<never, AnyStateMachine>>;

/**
 * Defines a system to explore: state machines in processes, connected by a network with faults.
 *
 * @throws {TypeError} If a field is unknown or has an invalid value.
 * @throws {Error} If the description is inconsistent: a delay is missing or declared by no machine, a link or stimulus
 *   names an unknown process, and so on.
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
