import type { YieldedForm } from '../writer/writer.js';
import type { Accept } from './acceptance.js';
import type { HeartbeatTerms } from './heartbeat-paces.js';
import type { Records } from './source.js';
import type { HandlerPlaces } from './stream-limits.js';
import type { StreamRequest } from './stream-request.js';

/**
 * Produces the records of one stream: usually an async generator function. May also return any other iterable, a web
 * `ReadableStream`, a Node `Readable`, anything with `Symbol.observable` or `subscribe`, or a promise of one of these.
 */
export type StreamHandler = (request: StreamRequest) => Records;

/** What takes the requests of one subject. */
export interface Handling {
  /** @param given What `accept` gave for the request. */
  readonly handler: (request: StreamRequest, given: unknown) => Records;
  readonly accept: Accept | undefined;
  /** What becomes of a value that the source yields; undefined where it is written as it is. */
  readonly form: YieldedForm | undefined;
  /** What its streams announce of heartbeats; undefined where they announce what all do. */
  readonly heartbeat: HeartbeatTerms | undefined;
  readonly places: HandlerPlaces;
}
