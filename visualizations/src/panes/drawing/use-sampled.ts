import type { ReadonlySignal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';

/** A value computed from a signal, at most once in `everyMs`: for what is dear to compute and need not be new. */
export function useSampled<S, T>(source: ReadonlySignal<S>, everyMs: number, compute: (value: S) => T, key = ''): T {
  const [sampled, setSampled] = useState(() => compute(source.peek()));
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const sample = (): void => {
      timer = undefined;
      setSampled(() => compute(source.peek()));
    };
    let isFirst = true;
    const stop = source.subscribe(() => {
      if (isFirst) sample();
      else timer ??= setTimeout(sample, everyMs);
      isFirst = false;
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
    // `compute` is new with every picture; `key` names what it depends on.
  }, [source, everyMs, key]);
  return sampled;
}
