import { LivenessClock } from '../host/liveness-clock.js';
import { shielded } from '../host/shielded.js';
import { OpenStream, type StreamRequestParts, type StreamSurroundings } from './open-stream.js';
import { readerOf, watchReader, type OpenStreamOptions } from './open-stream-options.js';

/** Makes a stream that is about to be opened, and begins to watch its reader's signal and deadline. */
export function createOpenStream(
  surroundings: StreamSurroundings,
  { id, subject }: { readonly id: string; readonly subject: string },
  request: StreamRequestParts,
  reading: OpenStreamOptions,
): OpenStream {
  const { host, options } = surroundings;
  const { clock, codec } = options;
  const { onSlow } = reading;
  const stream = new OpenStream(surroundings, request, {
    id,
    subject,
    reader: readerOf(reading, codec),
    clock: new LivenessClock(clock),
    onSlow:
      onSlow === undefined
        ? undefined
        : shielded(onSlow, (error) => {
            host.warn({ code: 'callbackThrew', message: 'onSlow threw', subject, error });
          }),
  });
  stream.releaseReader = watchReader(reading, clock, (reason, text) =>
    host.dispatch(id, { type: 'app.cancel', reason, text }),
  );
  return stream;
}
