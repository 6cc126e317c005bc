import { signal } from '@preact/signals';
import { actorKey } from './keys.js';
import type { Selection, SelectionValue, SequencedEvent, View } from './types.js';

/** One selection for all panes. `view` tells which stream an actor is an end of. */
export function createSelection(view: () => View, initial: SelectionValue = {}): Selection {
  const value = signal<SelectionValue>(initial);
  return {
    value: value,
    select: (chosen) => {
      value.value = completed(view(), chosen);
    },
  };
}

/** An actor that is an end of a stream brings that stream along; a stream brings the end where it is read. */
export function completed(view: View, chosen: SelectionValue): SelectionValue {
  const { system, actor, stream } = chosen;
  if (system !== undefined && actor !== undefined && stream === undefined) {
    const found = view.actors.get(actorKey(system, actor))?.stream;
    return found === undefined ? chosen : { ...chosen, stream: found };
  }
  if (stream !== undefined && actor === undefined) {
    const ends = view.streams.get(stream)?.ends ?? [];
    const end = ends.find((candidate) => candidate.system === system) ?? ends[0];
    return end === undefined ? chosen : { ...chosen, system: end.system, actor: end.actor };
  }
  return chosen;
}

/** What an event is of. */
export function selectionOf(event: SequencedEvent): SelectionValue {
  const { system, actor, stream, message } = event as Readonly<
    Partial<Record<'system' | 'actor' | 'stream' | 'message', string>>
  >;
  return {
    seq: event.seq,
    ...(system === undefined ? {} : { system }),
    ...(actor === undefined ? {} : { actor }),
    ...(stream === undefined ? {} : { stream }),
    ...(message === undefined ? {} : { message }),
  };
}
