import type { AnyStateMachine } from 'xstate';
import { CloseCode } from '../../machines/index.js';
import { fieldOf, recordedOn } from './command-summary.js';
import { literalsOfField } from './declared-types.js';
import { definitionsOfMachine, type Definition } from './machine-walk.js';

/**
 * With which codes a machine tells each reason of an end. Where the code is that of the event, it is those of the named
 * codes for which the guard holds; without a guard it is any.
 */
export function codesOfEnds(machine: AnyStateMachine, events: string): ReadonlyMap<string, readonly string[]> {
  const codes = new Map<string, readonly string[]>();
  for (const definition of definitionsOfMachine(machine)) {
    for (const action of definition.actions as readonly { readonly type: string; readonly params?: unknown }[]) {
      if (action.type !== 'reader.end') continue;
      const command = recordedOn(machine, action.type, action.params, definition.eventType);
      const { reason, code } = command.params as { readonly reason: unknown; readonly code: unknown };
      const reasonField = fieldOf(reason);
      const reasons =
        reasonField === undefined ? [String(reason)] : literalsOfField(events, definition.eventType, reasonField);
      const some = fieldOf(code) === undefined ? [String(code)] : codesThatPass(machine, definition);
      for (const one of reasons) codes.set(one, Array.from(new Set([...(codes.get(one) ?? []), ...some])));
    }
  }
  return codes;
}

function codesThatPass(machine: AnyStateMachine, { guard, eventType }: Definition): readonly string[] {
  if (guard === undefined) return ['that of the close'];
  const { type, params } = guard as unknown as {
    readonly type: string;
    readonly params: (scope: { readonly event: object }) => unknown;
  };
  const holds = machine.implementations.guards[type] as unknown as (scope: object, params: unknown) => boolean;
  return Object.values(CloseCode)
    .filter((code) => {
      const event = { type: eventType, code };
      return holds({ event }, params({ event }));
    })
    .map(String);
}
