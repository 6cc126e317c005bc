import { messageOf } from '../../../src/errors.js';
import { plain } from '../../../src/trace-events/plain.js';
import type { Json } from '../../../src/trace-events/trace-event.js';
import { toV4EventType } from './v4-events.js';
import type { AnyActor, AnySnapshot } from './v5.js';

/** How contexts and events are bounded. What is no plain data makes version 4 write what its receivers cannot read. */
const limits = { depth: 6, entries: 50, characters: 500 };

/** A timer that runs. Version 4 knows nothing of it but the name of its delay. */
export interface RunningTimer {
  readonly event: string;
  /** Milliseconds. */
  readonly delay: number;
  /** When it started, in the time of the bridge's clock. Milliseconds. */
  readonly at: number;
}

/** An edge that the last event took. */
export interface TakenEdge {
  readonly source: string;
  readonly event: string;
  readonly target: readonly string[];
}

/** What version 4 has no place for. It travels with the event, which receivers keep whole. */
export interface V5Facts {
  readonly id: string;
  readonly parent?: string;
  readonly kind: 'machine' | 'other';
  readonly status: AnySnapshot['status'];
  readonly output?: Json;
  readonly error?: string;
  readonly nodes: readonly string[];
  readonly timers: readonly RunningTimer[];
  readonly taken: readonly TakenEdge[];
}

/** An event as SCXML has it, which is how version 4 sends events about. */
export interface ScxmlEvent {
  readonly name: string;
  readonly data: { readonly type: string; readonly [field: string]: Json };
  readonly $$type: 'scxml';
  readonly type: 'external';
  readonly origin?: string;
  readonly v5?: V5Facts;
}

export function toScxmlEvent(event: { readonly type: string }, { machine }: AnySnapshot): ScxmlEvent {
  const type = toV4EventType(event.type, machine);
  const fields = plain(event, limits) as Readonly<Record<string, Json>>;
  return { name: type, data: { ...fields, type }, $$type: 'scxml', type: 'external' };
}

/** A state as `State.create` of version 4 takes it. */
export function toV4State(
  actor: AnyActor,
  snapshot: AnySnapshot,
  event: { readonly type: string },
  facts: Pick<V5Facts, 'timers' | 'taken'>,
) {
  const { status, output, error, machine, _nodes = [], tags, children = {} } = snapshot;
  const parent = actor._parent?.sessionId;
  const v5: V5Facts = {
    ...facts,
    id: actor.id,
    ...(parent === undefined ? {} : { parent }),
    kind: machine === undefined ? 'other' : 'machine',
    status,
    ...(output === undefined ? {} : { output: plain(output, limits) }),
    ...(error === undefined ? {} : { error: messageOf(error) }),
    nodes: _nodes.map(({ id }) => id),
  };
  const scxml: ScxmlEvent = { ...toScxmlEvent(event, snapshot), v5 };
  return {
    value: machine === undefined ? status : snapshot.value,
    context: contextOf(snapshot),
    _event: scxml,
    event: scxml.data,
    _sessionid: actor.sessionId,
    actions: [],
    activities: {},
    events: [],
    children: Object.fromEntries(
      Object.entries(children).flatMap(([id, child]) =>
        child === undefined ? [] : [[id, { id, sessionId: child.sessionId }]],
      ),
    ),
    tags: [...(tags ?? [])],
    done: status === 'done',
    meta: {},
  };
}

export function contextOf({ machine, context }: AnySnapshot): Json {
  return machine === undefined ? null : plain(context ?? null, limits);
}
