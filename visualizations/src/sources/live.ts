import type { Sink, Source } from '../model/types.js';

/**
 * The events of a running system, as server-sent events. Each holds one trace event, or a list of them, as JSON. The
 * browser connects again by itself and says which event it had last; a server that cannot go on from there sends the
 * header of a new run.
 */
export function liveSource(url: string): Source {
  return {
    label: 'live',
    start: (sink) => {
      const events = new EventSource(url);
      events.addEventListener('open', () => sink.state('open'));
      events.addEventListener('error', () => {
        const isOver = events.readyState === EventSource.CLOSED;
        if (isOver) sink.state('failed', 'the server refuses: the token in the URL may be old');
        else sink.state('lost', 'connecting again');
      });
      // The server has nothing more to show, such as a recording that is over.
      events.addEventListener('end', () => {
        events.close();
        sink.state('ended');
      });
      events.addEventListener('message', (event: MessageEvent<string>) => acceptText(sink, event.data));
      return () => events.close();
    },
  };
}

function acceptText(sink: Sink, text: string): void {
  sink.accept(text.split('\n').flatMap(parsed));
}

/** One line as values; what is no JSON is handed on as it is, to be counted as malformed. */
export function parsed(line: string): readonly unknown[] {
  if (line.trim() === '') return [];
  try {
    const value: unknown = JSON.parse(line);
    return Array.isArray(value) ? (value as readonly unknown[]) : [value];
  } catch {
    return [line];
  }
}
