import type { AnyActor, EventObject } from 'xstate';
import { clientActorId } from '../../machines/index.js';
import type { TracedClient, StreamCounts } from '../host/trace-port.js';
import type { DraftLog, TraceEventDraft } from '../trace-events/draft.js';
import { StreamEnds, type ToldEnd } from '../trace-events/stream-ends.js';
import type { ActorDescription } from './actor-trace.js';

/** Reads what the actors of a client say of its streams and its connection. */
export interface ClientObserver {
  describe(actor: AnyActor, context: unknown): ActorDescription;
  onCommand(actor: string, type: string, params: unknown): readonly TraceEventDraft[];
  onEvent(actor: string, event: EventObject): readonly TraceEventDraft[];
  onGone(actor: string): void;
  /** Tells of the streams that have handled something since the last call, and gives how many they are. */
  poll(touch: (actor: string, agoMs: number) => void): number;
  /** What is so besides the states of actors: a link that is down, what streams have handled, and which have ended. */
  snapshot(): readonly TraceEventDraft[];
  /** Forgets what was told: the next listener knows nothing. */
  clear(): void;
}

const linkOps = { 'link.lost': 'lost', 'link.restored': 'restored', 'link.closed': 'closed' } as const;

export function createClientObserver(client: TracedClient, system: string, log: DraftLog): ClientObserver {
  const told = new Map<string, StreamCounts>();
  const inboxes = new Map<string, string>();
  const ends = new StreamEnds();
  /** Ends of actors that still live. */
  const ended = new Map<string, TraceEventDraft>();
  let link: TraceEventDraft | undefined;

  const countsOf = ({ actor, stream, records, bytes, waiting, credit }: StreamCounts) => {
    const known = { type: 'counts', system, actor, stream, records, bytes } as const;
    if (waiting === undefined) return credit === undefined ? known : { ...known, credit };
    return credit === undefined ? { ...known, waiting } : { ...known, waiting, credit };
  };

  /** What a stream has handled, where that has changed. Called for each stream several times a second. */
  const news = (counts: StreamCounts): TraceEventDraft | undefined => {
    const { actor, records, bytes, waiting, credit } = counts;
    const before = told.get(actor);
    told.set(actor, counts);
    const isSame =
      before === undefined
        ? records === 0
        : before.records === records &&
          before.bytes === bytes &&
          before.waiting === waiting &&
          before.credit === credit;
    if (isSame) return undefined;
    return countsOf(counts);
  };

  const tellEnd = (actor: string, end: ToldEnd | undefined): readonly TraceEventDraft[] => {
    const counts = client.streamOf(actor);
    const stream = counts?.stream ?? inboxes.get(actor);
    if (stream === undefined || end === undefined) return [];
    const last = counts === undefined ? undefined : news(counts);
    const over: TraceEventDraft = { type: 'end', system, actor, stream, ...end };
    ended.set(actor, over);
    return last === undefined ? [over] : [last, over];
  };

  return {
    describe: (actor, context) => {
      if (actor.id === clientActorId) return {};
      const stream = client.streamOf(actor.id)?.stream;
      if (stream !== undefined) inboxes.set(actor.id, stream);
      const { subject } = (context ?? {}) as { readonly subject?: unknown };
      return {
        parent: clientActorId,
        ...(stream === undefined ? {} : { stream }),
        ...(stream !== undefined && typeof subject === 'string' ? { subject } : {}),
      };
    },
    onCommand: (actor, type, params) => tellEnd(actor, ends.onCommand(actor, type, params)),
    onEvent: (actor, { type }) => {
      if (actor !== clientActorId || !(type in linkOps)) return [];
      const op = linkOps[type as keyof typeof linkOps];
      const change: TraceEventDraft = { type: 'link', op, systems: [system] };
      link = op === 'restored' ? undefined : change;
      return [change];
    },
    onGone: (actor) => {
      for (const draft of tellEnd(actor, ends.onGone(actor))) log.write(draft);
      inboxes.delete(actor);
      ended.delete(actor);
      told.delete(actor);
      if (actor === clientActorId) log.write({ type: 'system', system, role: client.role, op: 'stop' });
    },
    poll: (touch) => {
      let count = 0;
      for (const counts of client.streams()) {
        if (counts.touchedAgoMs !== undefined && Number.isFinite(counts.touchedAgoMs)) {
          touch(counts.actor, counts.touchedAgoMs);
        }
        const draft = news(counts);
        if (draft === undefined) continue;
        log.write(draft);
        count += 1;
      }
      return count;
    },
    snapshot: () => [
      ...(link === undefined ? [] : [link]),
      ...Array.from(told.values(), countsOf).filter(({ records, bytes }) => records > 0 || bytes > 0),
      ...ended.values(),
    ],
    clear: () => {
      link = undefined;
      ended.clear();
      told.clear();
      ends.clear();
    },
  };
}
