import type { ActorRefFrom } from 'xstate';
import type { producerStreamMachine } from '../../machines/index.js';
import type { Writer } from '../writer/writer.js';

/** A registered stream: its addresses and its progress. */
export interface StreamInfo {
  /** The id of the consumer: `_SINBOX.`, its token, and a dot. */
  readonly consumerId: string;
  /** The id of the stream, unique within its consumer. */
  readonly streamId: string;
  /** The subject on which the stream was requested. */
  readonly subject: string;
  /** The stream's inbox subject: consumer id and stream id. */
  readonly inbox: string;
  /** When the stream was registered. */
  readonly createdAt: Date;
  /** How many records were published. */
  readonly records: number;
  /** How many bytes of data were published. */
  readonly bytes: number;
}

/** A registered stream, for applications that write to it themselves. */
export interface ProducerStream {
  /** The stream's addresses and progress, as they are at the moment of the call. */
  readonly info: StreamInfo;
  /** Writes the stream's records and its close. */
  readonly writer: Writer;
  /** Aborts when the reader is gone or the client is closed. */
  readonly signal: AbortSignal;
  /** The running actor of this stream. */
  readonly actor: ActorRefFrom<typeof producerStreamMachine>;
}
