import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { RunReader } from '../../model/types.js';
import { SequenceModel } from './sequence-model.js';
import type { SequenceOptions } from './rows.js';

/** The model of a run for these options, which takes what has come whenever the run has grown, and then calls back. */
export function useSequence(
  run: RunReader,
  options: SequenceOptions,
  onGrown: () => void,
): { readonly current: SequenceModel } {
  const { stream, foldHeartbeats, foldRecords } = options;
  const grown = useRef(onGrown);
  grown.current = onGrown;
  const model = useMemo(() => {
    const first = new SequenceModel({ stream, foldHeartbeats, foldRecords });
    first.read(run);
    return { current: first };
  }, [run, stream, foldHeartbeats, foldRecords]);

  useEffect(
    () =>
      run.version.subscribe(() => {
        if (!model.current.read(run)) {
          // What has grown too long is built again from its middle on: rows are never taken away one by one.
          const before = model.current;
          model.current = new SequenceModel(before.options);
          model.current.startAt(before.middleSeq, before);
          model.current.read(run);
        }
        grown.current();
      }),
    [run, model],
  );
  return model;
}
