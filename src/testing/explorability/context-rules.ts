import type { AnyStateMachine } from 'xstate';
import type { Finding } from './breach.js';
import { functionFindings } from './function-rules.js';
import { notPlainPartsOf } from './plain-context.js';

const path = ['context'];

/** What is handed to a context factory. */
interface FactoryScope {
  readonly input: unknown;
  readonly self: undefined;
  readonly spawn: () => never;
}

/** Rules of the context: plain data, the same each time, and made without an input too. */
export function contextFindings(machine: AnyStateMachine, inputs: readonly unknown[]): readonly Finding[] {
  const context: unknown = machine.config.context;
  if (context === undefined) return [];
  if (typeof context !== 'function') return plainFindings(context);
  const factory = context as (scope: FactoryScope) => unknown;
  const findings = [undefined, ...inputs].flatMap((input) => factoryFindings(factory, input));
  const different = findings.filter(
    ({ problem }, index) => findings.findIndex((other) => other.problem === problem) === index,
  );
  return [...functionFindings(path, factory), ...different];
}

function factoryFindings(factory: (scope: FactoryScope) => unknown, input: unknown): readonly Finding[] {
  const scope: FactoryScope = {
    input,
    self: undefined,
    spawn: () => {
      throw new Error('the context factory spawns an actor');
    },
  };
  try {
    const made = factory(scope);
    const findings = plainFindings(made);
    if (findings.length > 0 || JSON.stringify(made) === JSON.stringify(factory(scope))) return findings;
    const remedy = 'let what varies come in the input or in an event';
    return [{ path, problem: 'the context factory makes another context each time', remedy }];
  } catch (error) {
    const given = input === undefined ? 'without an input' : `with the input ${JSON.stringify(input)}`;
    return [
      {
        path,
        problem: `the context factory throws ${given}: ${error instanceof Error ? error.message : String(error)}`,
        remedy: 'give what the input lacks a default, as the pure transition() runs the factory again without any',
      },
    ];
  }
}

function plainFindings(context: unknown): readonly Finding[] {
  return notPlainPartsOf(context).map(({ place, what }) => ({
    path,
    problem: `context${place} is ${what}, which is not plain data`,
    remedy: 'use null, booleans, strings, finite numbers, lists and plain objects; a set is a record or a sorted list',
  }));
}
