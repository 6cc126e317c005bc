import { stringifyGoJson } from './go-json.js';
import { encodeHeartbeatResponse, type SubjectStreams } from './heartbeat.js';

const encoder = new TextEncoder();

/** The bytes of a message around its subjects. Of request and response the response is the longer one. */
const frameBytes = encodeHeartbeatResponse([]).length;

/** Around a list of ids: the colon, the brackets and the comma to the next subject. */
const listBytes = 4;

interface Group {
  readonly subject: string;
  readonly streamIds: string[];
}

/**
 * Splits the streams into parts whose heartbeat request fits into `bytesMax` bytes, and so does the response even if
 * it reports them all. There is at least one part, which may be empty. An id that does not fit gets a part of its own:
 * whether to send it is for the sender to decide.
 */
export function splitHeartbeat(streams: SubjectStreams, bytesMax: number): SubjectStreams[] {
  const parts: Group[][] = [];
  let part: Group[] = [];
  let bytes = frameBytes;
  for (const { subject, streamIds } of streams) {
    const subjectBytes = jsonBytes(subject) + listBytes;
    let group: Group | undefined;
    // A subject without ids is carried as well.
    for (const id of streamIds.length === 0 ? [undefined] : streamIds) {
      // The comma after each id, also after the last one, makes this an upper bound by a byte or two.
      const idBytes = id === undefined ? 0 : jsonBytes(id) + 1;
      const moreBytes = group === undefined ? subjectBytes + idBytes : idBytes;
      if (part.length > 0 && bytes + moreBytes > bytesMax) {
        parts.push(part);
        part = [];
        bytes = frameBytes;
        group = undefined;
      }
      if (group === undefined) {
        group = { subject, streamIds: [] };
        part.push(group);
        bytes += subjectBytes;
      }
      if (id !== undefined) group.streamIds.push(id);
      bytes += idBytes;
    }
  }
  return [...parts, part];
}

function jsonBytes(text: string): number {
  return encoder.encode(stringifyGoJson(text)).length;
}
