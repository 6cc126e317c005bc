import { exploreAsync, type Limit, type Predicate, type Progress, type SystemView } from '../../testing/index.js';
import { messageOf } from '../../errors.js';
import { Failure } from '../failure.js';
import type { CheckOptions } from './check-options.js';
import { readCheckpoint, removeCheckpoint, writeCheckpoint } from './checkpoint-file.js';
import { judge, type Findings } from './findings.js';
import type { Subject } from './subject.js';

/** Explores every state of the subject, as far as the options and the signal allow. */
export async function exploreSubject(
  { system, properties }: Subject,
  options: CheckOptions,
  signal: AbortSignal,
  onProgress: ((progress: Progress) => void) | undefined,
): Promise<Findings> {
  const { reachable, reached } = watchReached(properties.reachable ?? {});
  const limit: Limit = {
    ...(options.states === undefined ? {} : { states: options.states }),
    ...(options.seconds === undefined ? {} : { seconds: options.seconds }),
  };
  const { checkpoint: file } = options;
  const resume = file === undefined ? undefined : readCheckpoint(file);
  const going = exploreAsync(system, {
    ...properties,
    ...(resume === undefined ? {} : { resume }),
    ...(file === undefined ? {} : { onStopped: (checkpoint) => writeCheckpoint(file, checkpoint) }),
    reachable,
    limit,
    stopAt: options.all === true ? 'end' : 'first',
    signal,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  const result = await going.catch((error: unknown) => {
    const message = messageOf(error);
    if (file === undefined || !message.startsWith('resume: ')) throw error;
    throw new Failure(`--checkpoint ${file}: ${message.slice('resume: '.length)}`);
  });
  if (file !== undefined && result.complete) removeCheckpoint(file);
  const { complete: isComplete, stoppedBy, violations, coverage, states, edges, depth, memoryBytes, ms } = result;
  return {
    isComplete,
    ...(stoppedBy === undefined ? {} : { stoppedBy }),
    properties: judge(properties, { isComplete, violations, reached, times: result.worst }),
    violations,
    coverage,
    counts: { states, edges, depth, memoryBytes },
    ms,
  };
}

/** The explorer tells what was reached only when it is through; an exploration that is stopped wants to know, too. */
function watchReached(reachable: Readonly<Record<string, Predicate<SystemView>>>) {
  const reached = new Set<string>();
  const watched = Object.entries(reachable).map(([name, holds]): readonly [string, Predicate<SystemView>] => [
    name,
    (view, surroundings) => {
      const answer = holds(view, surroundings);
      if (answer) reached.add(name);
      return answer;
    },
  ]);
  return { reachable: Object.fromEntries(watched), reached };
}
