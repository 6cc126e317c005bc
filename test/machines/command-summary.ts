import type { AnyStateMachine } from 'xstate';
import type { Command } from '../../machines/index.js';
import { begin } from '../support/transitions.js';

/** Stands for a field of an event that comes from outside, so that the tables can say whose it is. An empty list else. */
class FieldOfEvent extends Array<never> {
  /** What is made of it is a list as any other. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  constructor(readonly field: string) {
    super();
  }

  override toString(): string {
    return `its ${this.field}`;
  }
}

/** The name of the field of an event for which a value stands; undefined where it is a value of the machine's own. */
export function fieldOf(value: unknown): string | undefined {
  return value instanceof FieldOfEvent ? value.field : undefined;
}

/** What tells a command from others of its type: a reason, a code, an event or a machine; undefined where nothing does. */
export function detailOf(command: Command): string | number | undefined {
  switch (command.type) {
    case 'reader.end':
      return command.params.reason;
    case 'wire.close':
    case 'wire.finish':
      return command.params.code;
    case 'actor.tell':
    case 'actor.tellAll':
      return command.params.event.type;
    case 'actor.spawn':
      return command.params.machine;
    default:
      return undefined;
  }
}

/** A command as a machine records it on an event of this type, of which nothing else is known. */
export function recordedOn(machine: AnyStateMachine, type: string, params: unknown, eventType: string): Command {
  const { context } = begin(machine).snapshot;
  const event = new Proxy(
    { type: eventType },
    { get: (known, field) => (field === 'type' ? known.type : new FieldOfEvent(String(field))) },
  );
  const computed = typeof params === 'function' ? (params as (scope: unknown) => unknown)({ context, event }) : params;
  return { type, params: computed } as Command;
}

/** A command as the tables name it, with what tells it from others of its type: `reader.end(completed)`. */
export function summaryOf(machine: AnyStateMachine, type: string, params: unknown, eventType: string): string {
  const detail = detailOf(recordedOn(machine, type, params, eventType));
  return detail === undefined ? type : `${type}(${String(detail)})`;
}
