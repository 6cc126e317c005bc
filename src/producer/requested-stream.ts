import type { MessageHeaders } from '../transport/headers.js';
import { setYieldedForm } from '../writer/writer.js';
import type { HeartbeatTerms } from './heartbeat-paces.js';
import type { Handling } from './handling.js';
import type { RunningStream, ServedRequest } from './running-stream.js';
import type { SourceRuns } from './source-runs.js';
import type { Place } from './stream-limits.js';
import { AskedStream, type AskedFor } from './stream-request.js';

/** A request that a handler serves: what becomes of it when the machine says that its source starts. */
export class RequestedStream implements ServedRequest {
  readonly #runs: SourceRuns;
  readonly #handling: Handling;
  #asked: AskedFor | undefined;
  #given: unknown;
  readonly #place: Place | undefined;
  readonly headers: MessageHeaders;

  /**
   * @param given What `accept` gave for the request.
   * @param place What it takes of the limits.
   */
  constructor(runs: SourceRuns, handling: Handling, asked: AskedFor, given: unknown, place: Place | undefined) {
    this.#runs = runs;
    this.#handling = handling;
    this.#asked = asked;
    this.#given = given;
    this.#place = place;
    this.headers = asked.headers;
  }

  get heartbeat(): HeartbeatTerms | undefined {
    return this.#handling.heartbeat;
  }

  start(stream: RunningStream): void {
    const [asked, given] = [this.#asked, this.#given];
    if (asked === undefined) return;
    // From now on it is the handler's to keep.
    this.#asked = this.#given = undefined;
    const { handler, form } = this.#handling;
    if (form !== undefined) setYieldedForm(stream.writer, form);
    const request = new AskedStream(asked, stream, this.#runs.codec);
    this.#runs.start(stream, () => handler(request, given));
  }

  release(): void {
    this.#place?.release();
  }
}
