import type { ListedStream } from '../../machines/index.js';
import type { SubjectStreams } from '../wire/index.js';

/** The streams of a heartbeat message one by one, as the machines take them. */
export function listStreams(streams: SubjectStreams): readonly ListedStream[] {
  return streams.flatMap(({ subject, streamIds }) => streamIds.map((streamId) => ({ subject, streamId })));
}

/** The streams by the subject on which they were requested, as heartbeat messages carry them. */
export function groupBySubject(streams: readonly ListedStream[]): SubjectStreams {
  const groups = new Map<string, string[]>();
  for (const { subject, streamId } of streams) {
    const group = groups.get(subject);
    if (group === undefined) groups.set(subject, [streamId]);
    else group.push(streamId);
  }
  return Array.from(groups, ([subject, streamIds]) => ({ subject, streamIds }));
}
