import { pageHello, pageTaken } from '../../../src/tracing/page-hello.js';
import type { Source } from '../model/types.js';

/** The trace events of the application that has opened this page, or that holds it in an iframe. */
export function openerSource(): Source {
  return {
    label: 'application',
    start: (sink) => {
      const app = (window.opener ?? (window.parent === window ? null : window.parent)) as Window | null;
      if (app === null) {
        sink.state('failed', 'no application has opened this page');
        return () => undefined;
      }
      let port: MessagePort | undefined;
      const onHello = ({ source, data, ports }: MessageEvent<unknown>): void => {
        if (source !== app || data !== pageHello || ports[0] === undefined) return;
        port = ports[0];
        port.onmessage = ({ data: told }: MessageEvent<{ readonly records: readonly unknown[] }>): void => {
          sink.accept(told.records);
          port?.postMessage(pageTaken);
        };
        sink.state('open');
      };
      const leave = (): void => port?.postMessage('bye');
      window.addEventListener('message', onHello);
      window.addEventListener('pagehide', leave);
      sink.state('connecting', 'waiting for the application');
      // It tells nothing but that the page is here; whoever has opened it knows.
      app.postMessage(pageHello, '*');
      return () => {
        leave();
        window.removeEventListener('message', onHello);
        window.removeEventListener('pagehide', leave);
      };
    },
  };
}
