import type { ListedStream } from '../../machines/index.js';
import type { HeartbeatClose, SubjectStreams } from '../wire/index.js';

/** The streams of a heartbeat message one by one, as the machines take them. */
export function listStreams(
  streams: SubjectStreams,
  closes?: ReadonlyMap<string, HeartbeatClose>,
): readonly ListedStream[] {
  return streams.flatMap(({ subject, streamIds }) =>
    streamIds.map((streamId) => {
      const close = closes?.get(streamId);
      return close === undefined ? { subject, streamId } : { subject, streamId, close };
    }),
  );
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
