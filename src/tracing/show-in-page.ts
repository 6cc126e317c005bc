import { kindOf, refuse } from '../validation/argument-checks.js';
import type { StopListening } from './outlet.js';
import { pageHello, pageTaken } from './page-hello.js';
import type { Tracer } from './tracer.js';

/** An iframe of the application's document. */
export interface PageFrame {
  src: string;
  readonly contentWindow: unknown;
}

/** Options of {@link showInPage}. */
export interface ShowInPageOptions {
  /** Where `index.html` of the page is served: the files of `nats-stream-actors/page`, which any folder can serve. */
  readonly url: string | URL;
  /**
   * The iframe in which it is shown.
   *
   * @default none: a window of its own, which browsers open on a click only
   */
  readonly frame?: PageFrame;
}

/**
 * Shows what a tracer observes on the live page, opened by the application itself in a browser. Trace events go from
 * window to window; nothing is sent over the network but the requests for the page's files. The page may be loaded again
 * at any time. While it has not taken what it was given, it is given nothing more.
 *
 * @returns A function that stops it, which is also disposable. The page keeps what it has.
 * @throws {StreamError} `badArgument` outside of a browser, and where the browser opens no window.
 * @example
 *   const tracer = createTracer();
 *   createActor(machine, { inspect: tracer.inspect }).start();
 *   button.onclick = () => showInPage(tracer, { url: '/nats-stream/index.html' });
 */
export function showInPage(tracer: Tracer, { url, frame }: ShowInPageOptions): StopListening {
  const app = globalThis as Partial<Pick<Window, 'open'>> & Pick<Window, 'addEventListener' | 'removeEventListener'>;
  if (typeof document === 'undefined' || app.open === undefined) {
    refuse('showInPage: expected a browser with a document, came none');
  }
  const address = new URL(url, document.baseURI);
  address.searchParams.set('from', 'opener');
  let opened: unknown;
  let stopTracing: (() => void) | undefined;

  const onHello = ({ source, origin, data }: MessageEvent<unknown>): void => {
    const page = frame === undefined ? opened : frame.contentWindow;
    if (source === null || source !== page || origin !== address.origin || data !== pageHello) return;
    stopTracing?.();
    const { port1: port, port2 } = new MessageChannel();
    stopTracing = feed(tracer, port);
    (source as Window).postMessage(pageHello, address.origin, [port2]);
  };
  // It listens first: the page says hello as soon as it is there.
  app.addEventListener('message', onHello);
  const stop = (): void => {
    app.removeEventListener('message', onHello);
    stopTracing?.();
    stopTracing = undefined;
  };
  if (frame === undefined) {
    opened = app.open(address.href, '_blank');
    if (opened === null) {
      stop();
      refuse('frame: expected an iframe, since the browser opens no window without a click, came none');
    }
  } else {
    if (typeof frame !== 'object' || !('contentWindow' in frame)) {
      stop();
      refuse(`frame: expected an iframe, came ${kindOf(frame)}`);
    }
    frame.src = address.href;
  }
  return Object.assign(stop, { [Symbol.dispose]: stop });
}

/** Hands trace events to a page, each batch when it has taken the one before, until the page says that it leaves. */
function feed(tracer: Tracer, port: MessagePort): () => void {
  let taken: (() => void) | undefined;
  const stopListening = tracer.listen((records) => {
    port.postMessage({ records });
    return new Promise<void>((resolve) => {
      taken = resolve;
    });
  });
  const stop = (): void => {
    stopListening();
    taken?.();
    port.close();
  };
  port.onmessage = ({ data }: MessageEvent<unknown>): void => {
    if (data === pageTaken) taken?.();
    else stop();
  };
  return stop;
}
