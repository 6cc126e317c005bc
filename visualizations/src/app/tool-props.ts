import { computed } from '@preact/signals';
import { emptyView } from '../model/folded.js';
import { Run } from '../model/run.js';
import { createCursor } from '../model/cursor.js';
import { createSelection } from '../model/selection.js';
import type { ToolProps } from '../model/types.js';
import type { App } from './app-state.js';

/** What a tool is given: like a pane, but before there is any run as well. Then it has an empty one. */
export function toolProps(app: App): ToolProps {
  const { run, view, cursor, selection, scope, theme } = app.sessions.current.value ?? idle(app);
  return {
    run,
    view,
    cursor,
    selection,
    scope,
    theme,
    open: app.open,
    isIdle: () => app.feed.source.peek() === undefined,
    argument: app.toolArgument,
    asked: app.toolAsked,
    setArgument: (text) => (app.toolArgument.value = text),
  };
}

function idle(app: App) {
  const run = new Run({ type: 'run', version: 1, source: 'simulated', unit: 'ms', label: '' });
  const cursor = createCursor(run);
  const view = computed(() => emptyView('ms'));
  return { run, view, cursor, selection: createSelection(() => view.value), scope: app.scope, theme: app.theme.theme };
}
