import type { Source } from '../model/types.js';

/** What has messages: a Worker, or one end of a MessageChannel. */
export interface MessageSource {
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
  removeEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
  /** A MessagePort waits for this; a Worker does not have it. */
  start?(): void;
}

/**
 * Records that come as messages `{ records: [...] }`, and the time between them as `{ time: number }`. Other messages are
 * not for the page and are left alone.
 * `close` is called when the page shows another source.
 */
export function portSource(label: string, port: MessageSource, close: () => void = () => undefined): Source {
  return {
    label,
    start: (sink) => {
      const listener = ({ data }: MessageEvent<unknown>): void => {
        if (typeof data !== 'object' || data === null) return;
        if ('records' in data && Array.isArray(data.records)) sink.accept(data.records as readonly unknown[]);
        if ('time' in data && typeof data.time === 'number') sink.time(data.time);
      };
      port.addEventListener('message', listener);
      port.start?.();
      sink.state('open');
      return () => {
        port.removeEventListener('message', listener);
        close();
      };
    },
  };
}
