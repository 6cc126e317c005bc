import { useComputed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { actorName } from '../../model/actor-name.js';
import { formatBytes, formatCount, formatDuration, formatTime } from '../../model/format.js';
import { ofNobody } from '../../model/event-log.js';
import { actorKey } from '../../model/keys.js';
import type { ActorEntry, PaneProps, SequencedEvent, StreamEndEntry, TraceRun } from '../../model/types.js';
import { bothTimes, momentName, wholeWallTime } from '../../model/wall-clock.js';
import { StatePill } from '../common/state-pill.js';
import { useSampled } from '../drawing/use-sampled.js';
import { Happening } from './happening.js';
import { JsonTree } from './json-tree.js';
import { recentHappenings } from './recent-steps.js';
import { Timers } from './timers.js';
import './details.css';

/** Everything about what is selected: both ends of a stream, an actor, a message, an event. */
export default function DetailsPane(props: PaneProps) {
  const { view, selection } = props;
  const chosen = selection.value.value;
  // Keys only: the ends are drawn anew by themselves when they change.
  const keys = useComputed(() => {
    const { stream, system, actor } = selection.value.value;
    const ends = stream === undefined ? [] : (view.value.streams.get(stream)?.ends.map((end) => end.key) ?? []);
    const own = system === undefined || actor === undefined ? undefined : actorKey(system, actor);
    return [...new Set([...(own === undefined ? [] : [own]), ...ends])].join('\t');
  }).value;
  const shown = keys === '' ? [] : keys.split('\t');
  const hasMore = chosen.message !== undefined || chosen.seq !== undefined;

  if (shown.length === 0 && !hasMore) {
    return <p class="pane-empty">Select a stream, an actor or a message in any pane.</p>;
  }
  return (
    <div class="details">
      {chosen.message !== undefined && <Message {...props} message={chosen.message} />}
      {chosen.seq !== undefined && <OneEvent {...props} seq={chosen.seq} />}
      {shown.map((key) => (
        <ActorDetails key={key} {...props} actorKey={key} />
      ))}
    </div>
  );
}

function ActorDetails({
  run,
  view,
  cursor,
  selection,
  theme,
  actorKey: key,
}: PaneProps & { readonly actorKey: string }) {
  const { header } = run;
  const { unit } = header;
  const actor = useComputed(() => view.value.actors.get(key)).value;
  const end = useComputed(() => {
    const stream = view.value.actors.get(key)?.stream;
    return stream === undefined
      ? undefined
      : view.value.streams.get(stream)?.ends.find((candidate) => candidate.key === key);
  }).value;
  const machine = useComputed(() => view.value.machines.get(actor?.machine ?? '')).value;
  const seq = useSampled(cursor.seq, 300, (value) => value);
  const happenings = useMemo(
    () => (actor === undefined ? [] : recentHappenings(run, actor, seq)),
    // An actor whose entry is the same has done nothing more.
    [run, actor, actor === undefined ? seq : 0],
  );
  if (actor === undefined) {
    return (
      <section>
        <p class="muted">{key.replace('\n', ' / ')} is not there at this moment.</p>
      </section>
    );
  }
  const system = view.value.systems.get(actor.system);
  const isUnheard = actor.endedAt === undefined && system?.unheardSince !== undefined;
  const unheardSince = isUnheard ? momentName(header, system.unheardSince) : undefined;
  const isSelected = selection.value.value.actor === actor.actor && selection.value.value.system === actor.system;
  return (
    <section data-selected={isSelected} aria-label={`${actor.actor} of ${actor.system}`}>
      <h3>
        <button
          type="button"
          class="quiet"
          onClick={() => selection.select({ system: actor.system, actor: actor.actor })}
        >
          {actor.system}
          {actor.stream === undefined && ` / ${actorName(actor)}`}{' '}
          <span class="muted">/ {actor.machine ?? actor.src ?? 'no machine'}</span>
        </button>
      </h3>
      <p class="details-state">
        <StatePill state={actor.state} status={actor.status} unheardSince={unheardSince} />
        <span class="muted">since {bothTimes(header, actor.stateSince)}</span>
        {unheardSince !== undefined && (
          <span class="unheard">
            not heard since {unheardSince}
            {system?.isGone === true ? ', its connection is closed' : ''}
          </span>
        )}
        {actor.status !== 'active' && (
          <span class={['error', 'crashed'].includes(actor.status) ? 'bad' : 'muted'}>
            † {actor.status === 'unheard' ? 'ended unheard' : actor.status}
          </span>
        )}
      </p>
      {actor.error !== undefined && <p class="bad">{actor.error}</p>}
      {end !== undefined && <EndFacts actor={actor} end={end} header={header} />}
      <Timers timers={actor.timers} cursor={cursor} unit={unit} reducedMotion={theme.value.reducedMotion} />
      {actor.context !== null && (
        <details open>
          <summary>Context</summary>
          <JsonTree value={actor.context} />
        </details>
      )}
      <details open>
        <summary>
          Events <span class="muted">{formatCount(actor.steps)}</span>
        </summary>
        <ol class="happenings">
          {happenings.map((happening, index) => (
            <Happening
              key={happening.seq}
              happening={happening}
              machine={machine}
              header={header}
              cursor={cursor}
              isLast={index === 0}
            />
          ))}
        </ol>
      </details>
    </section>
  );
}

interface EndFactsProps {
  readonly actor: ActorEntry;
  readonly end: StreamEndEntry;
  readonly header: TraceRun;
}

function EndFacts({ actor, end, header }: EndFactsProps) {
  const facts: readonly (readonly [name: string, value: string | undefined])[] = [
    ['stream', actor.stream],
    ['subject', actor.subject],
    ['opened', bothTimes(header, actor.startedAt)],
    ['records', `${formatCount(end.records)}, ${formatBytes(end.bytes)}`],
    ['waiting', end.waiting === undefined ? undefined : formatCount(end.waiting)],
    ['credit', end.credit === undefined ? undefined : formatCount(end.credit)],
    ['last heard', bothTimes(header, end.lastSignAt)],
    ['lasted', actor.endedAt === undefined ? undefined : formatDuration(actor.endedAt - actor.startedAt, header.unit)],
    [
      'ended',
      end.ending && `${end.ending.reason} (${end.ending.code}) ${end.ending.text}, ${bothTimes(header, end.ending.at)}`,
    ],
  ];
  return (
    <dl class="facts">
      {facts.map(
        ([name, value]) =>
          value !== undefined && (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}

/** All that became of a message. */
function Message({ run, cursor, selection, message }: PaneProps & { readonly message: string }) {
  const { stream } = selection.value.value;
  const version = useSampled(run.version, 500, (value) => value);
  const found = useMemo(() => {
    const events: SequencedEvent[] = [];
    for (const seq of run.seqsOf([stream ?? ofNobody])) {
      const event = run.record(seq);
      if (event?.type === 'message' && event.message === message) events.push(event);
    }
    return events;
  }, [run, message, stream, version]);
  return (
    <section>
      <h3>Message {message}</h3>
      <ol class="happenings">
        {found.map(
          (event) =>
            event.type === 'message' && (
              <li key={event.seq}>
                <button type="button" onClick={() => cursor.seek(event.seq)}>
                  <span class="muted mono" title={wholeWallTime(run.header, event.at)}>
                    {formatTime(event.at, run.header.unit)}
                  </span>{' '}
                  <strong class={['drop', 'dead'].includes(event.op) ? 'bad' : ''}>{event.op}</strong> {event.kind} on{' '}
                  <span class="mono">{event.subject}</span>, {formatBytes(event.bytes)} {event.text ?? ''}
                </button>
              </li>
            ),
        )}
      </ol>
    </section>
  );
}

/** An event as it stands in the file. */
function OneEvent({ run, seq }: PaneProps & { readonly seq: number }) {
  const event = run.record(seq);
  return (
    <section>
      <h3>Trace event {seq}</h3>
      {event === undefined ? (
        <p class="muted">It is not kept any more.</p>
      ) : (
        <JsonTree value={JSON.parse(JSON.stringify(event)) as Parameters<typeof JsonTree>[0]['value']} />
      )}
    </section>
  );
}
