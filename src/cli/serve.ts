import { CloseError, messageOf } from '../errors.js';
import { ProducerClient, type StreamRequest, type Warning } from '../index.js';
import { commandOutput } from './command-output.js';
import type { ConnectionOptions } from './connection-options.js';
import { openConnection } from './connection.js';
import { ExitCode } from './exit-code.js';
import { Failure } from './failure.js';
import { onInterrupt } from './interrupt.js';
import { say } from './log.js';
import { outputFormat } from './served-output.js';

export interface ServeOptions extends ConnectionOptions {
  readonly queue?: string;
  readonly inboxPrefix?: string;
  readonly json?: true;
  readonly quiet?: true;
  readonly heartbeat: number;
  readonly maxStreams: number;
  readonly grace: number;
}

/** Serves until an interrupt, or until the connection is closed for good. Gives the exit code. */
export async function serve(subject: string, command: readonly string[], options: ServeOptions): Promise<number> {
  const log = options.quiet === true ? () => undefined : say;
  const connection = await openConnection(options, { name: 'nats-stream serve', reconnectsMax: -1 });
  /** Aborts when the server lets nothing be subscribed to any more, with the reason. */
  const lost = new AbortController();
  const producer = new ProducerClient({
    connection,
    heartbeatIntervalMs: options.heartbeat,
    heartbeatRequestTimeoutMs: Math.ceil(options.heartbeat / 2),
    streamsMax: options.maxStreams,
    ...(options.inboxPrefix === undefined ? {} : { inboxPrefix: options.inboxPrefix }),
    // Draining waits this long for the commands, each of which may take its whole grace.
    cancellationBufferMs: Math.max(10_000, options.grace + 1000),
    onWarning: ({ code, message, error }: Warning) => {
      if (code === 'subscriptionLost') lost.abort(new Failure(message));
      else log(`warning: ${message}${error === undefined ? '' : `: ${messageOf(error)}`}`);
    },
  });

  async function* records(request: StreamRequest): AsyncGenerator<Uint8Array> {
    const { streamId, signal, body } = request;
    log(`stream ${streamId} opened on ${request.subject}, body of ${body.length} bytes`);
    const format = outputFormat(request.headers, options.json === true);
    const pieceBytesMax = format.pieceBytesMax(request.recordBytesMax);
    let count = 0;
    const tell = (how: string) => {
      log(`stream ${streamId} ended after ${count} ${format.form}: ${how}`);
    };
    try {
      if (format.first !== undefined) yield format.first;
      const run = commandOutput({
        command,
        input: body,
        signal,
        form: format.form,
        pieceBytesMax,
        graceMs: options.grace,
        environment: {
          NATS_STREAM_SUBJECT: request.subject,
          NATS_STREAM_ID: streamId,
          NATS_STREAM_CONSUMER: request.consumerId,
        },
        onCut: (cuts) => {
          log(`stream ${streamId}: ${cuts} lines were longer than ${pieceBytesMax} bytes and were cut`);
        },
      });
      for await (const piece of run) {
        if (piece.endsLine || format.form === 'pieces') count += 1;
        yield format.toRecord(piece);
      }
      if (!signal.aborted) tell('exit code 0');
    } catch (error) {
      tell(messageOf(error));
      throw error;
    } finally {
      if (signal.aborted) tell(signal.reason instanceof CloseError ? signal.reason.text : messageOf(signal.reason));
    }
  }

  try {
    const { ready } = producer.handle(subject, records, options.queue === undefined ? {} : { queue: options.queue });
    await ready.catch((error: unknown) => {
      // Where the client itself may not subscribe it is closed, which is not why.
      throw lost.signal.aborted ? (lost.signal.reason as Failure) : error;
    });
    void tellOfConnection(connection.status(), log);
    log(`serving ${subject} on ${connection.getServer()}: ${command.join(' ')}`);
    const outcome = await new Promise<'interrupted' | { readonly lost: unknown }>((resolve, reject) => {
      // Nobody would be served any more, and nobody would know.
      const onLost = () => reject(lost.signal.reason as Failure);
      lost.signal.addEventListener('abort', onLost);
      if (lost.signal.aborted) onLost();
      onInterrupt(() => {
        resolve('interrupted');
      });
      void connection.closed().then((lost) => {
        resolve({ lost });
      });
    });
    if (outcome !== 'interrupted') {
      throw new Failure(`the connection is closed${outcome.lost instanceof Error ? `: ${outcome.lost.message}` : ''}`);
    }
    log('interrupted: closing the streams');
    return ExitCode.Ok;
  } finally {
    await producer.drain();
    await connection.close();
  }
}

async function tellOfConnection(
  statuses: AsyncIterable<{ readonly type: string }>,
  log: (line: string) => void,
): Promise<void> {
  for await (const { type } of statuses) {
    if (type === 'disconnect') log('the connection is lost: trying to reconnect');
    else if (type === 'reconnect') log('reconnected');
  }
}
