import { useEffect, useMemo, useRef } from 'preact/hooks';
import { eventsAround } from '../../model/events-around.js';
import type { Cursor, RunReader } from '../../model/types.js';
import { SequenceModel } from './sequence-model.js';
import type { SequenceOptions } from './rows.js';

/** How many events on either side of the moment have rows at first. */
const eventsEachSide = 4_000;
/** How many rows a model may have that takes what comes; one that has more is built again. */
const rowsMax = 20_000;

/** The sequence around a moment: what was before it is known by the states that it has left. */
export function sequenceAround(run: RunReader, options: SequenceOptions, moment: number): SequenceModel {
  const { events, isFromStart, isToEnd } = eventsAround(run, options.streams, moment, eventsEachSide);
  const model = new SequenceModel(options);
  const first = events[0];
  if (!isFromStart && first !== undefined) model.startAfter(run.viewAt(first.seq - 1));
  for (const event of events) model.add(event);
  if (isToEnd) model.seen = run.lastSeq;
  model.isFromStart = isFromStart;
  model.isToEnd = isToEnd;
  return model;
}

/**
 * The model of a run for these options around the moment of the cursor, which takes what comes while it reaches to the
 * end, and is built again where the moment has left it. `onChange` is called when it is another one, or has grown.
 */
export function useSequence(
  run: RunReader,
  cursor: Cursor,
  options: SequenceOptions,
  onChange: () => void,
): { readonly current: SequenceModel } {
  const { streams, foldHeartbeats, foldRecords } = options;
  const changed = useRef(onChange);
  changed.current = onChange;
  const key = streams === undefined ? 'all' : [...streams].sort().join('\n');
  const model = useMemo(
    () => ({ current: sequenceAround(run, { streams, foldHeartbeats, foldRecords }, cursor.seq.peek()) }),
    [run, key, foldHeartbeats, foldRecords],
  );

  useEffect(() => {
    const rebuild = (): void => {
      model.current = sequenceAround(run, model.current.options, cursor.seq.peek());
    };
    const stops = [
      run.version.subscribe(() => {
        if (!model.current.isToEnd) return;
        model.current.read(run);
        if (model.current.rows.length > rowsMax) rebuild();
        changed.current();
      }),
      cursor.seq.subscribe((seq) => {
        const { isFromStart, isToEnd, firstSeq, lastSeq } = model.current;
        if ((seq >= firstSeq || isFromStart) && (seq <= lastSeq || isToEnd)) return;
        rebuild();
        changed.current();
      }),
    ];
    return () => {
      for (const stop of stops) stop();
    };
  }, [run, cursor, model]);
  return model;
}
