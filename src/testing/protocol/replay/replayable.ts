import type { Trace } from '../../explorer/traces/trace.js';
import { streamsOf } from '../model-stream.js';
import { reopenedIdsOf, type ProtocolModelOptions } from '../system.js';

const verbs = ['open', 'leave', 'produce', 'finish'];

/** @throws Error that says what of a trace, or of the options of its system, the clients cannot do. */
export function refuseWhatCannotBeReplayed(trace: Trace, options: ProtocolModelOptions): void {
  const { sourcePeriod } = options;
  const stimuli = streamsOf(options).flatMap(({ id }) => [
    ...verbs.map((verb) => `${verb} ${id}`),
    ...reopenedIdsOf(id, options).flatMap((streamId) => [`produce ${streamId}`, `finish ${streamId}`]),
  ]);
  if (sourcePeriod !== undefined) throw new Error('expected sources that the trace drives, came a source period');
  for (const [index, { kind, name = '', interrupted }] of trace.steps.entries()) {
    if (interrupted !== undefined) {
      throw new Error(`step ${index}: expected a process that crashes between two steps, came one that does amid one`);
    }
    if (kind === 'restart') {
      throw new Error(`step ${index}: expected a process that crashes for good, came one that starts again`);
    }
    if (kind === 'stimulus' && !stimuli.includes(name)) {
      throw new Error(`step ${index}: expected a stimulus like '${stimuli.join("', '")}', came '${name}'`);
    }
  }
}
