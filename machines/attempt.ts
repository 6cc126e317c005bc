/**
 * How an open request that is asked again is told from the ones before it: each has a stream id of its own, made of the
 * id of the stream and the number of the attempt, so that two producers never write into one inbox.
 * Source: PROTOCOL.md, Asked again.
 */

/** The stream id on the wire of a stream's attempt, counted from 0: `k3Zp9QxB`, then `k3Zp9QxB~1` and so on. */
export function streamIdOf(id: string, attempt: number): string {
  return attempt === 0 ? id : `${id}~${attempt}`;
}

/** The stream to which a stream id on the wire belongs, whichever of its attempts it names. */
export function streamOf(streamId: string): string {
  const mark = streamId.indexOf('~');
  return mark === -1 ? streamId : streamId.slice(0, mark);
}
