import type { ModelStream } from './model-stream.js';
import type { ProtocolView } from './protocol-options.js';

/** The same function, made to look once: the properties of one state ask for the same views over and over. */
export function viewPerStream<View>(
  look: (view: ProtocolView, stream: ModelStream) => View,
): (view: ProtocolView, stream: ModelStream) => View {
  const viewsOf = new WeakMap<ProtocolView, Map<string, View>>();
  return (view, stream) => {
    let views = viewsOf.get(view);
    if (views === undefined) {
      views = new Map();
      viewsOf.set(view, views);
    }
    let found = views.get(stream.inbox);
    if (found === undefined) {
      found = look(view, stream);
      views.set(stream.inbox, found);
    }
    return found;
  };
}
