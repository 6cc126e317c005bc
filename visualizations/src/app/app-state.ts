import { effect, signal, untracked, type ReadonlySignal, type Signal } from '@preact/signals';
import { createFeed, type Feed } from '../model/feed.js';
import { formatHash, parseHash } from '../model/location-hash.js';
import { createScope, type Scope } from '../model/scope.js';
import { createSessions, type Sessions } from '../model/session.js';
import type { Source } from '../model/types.js';
import { fileSource, served } from '../sources/file.js';
import { liveSource } from '../sources/live.js';
import { openerSource } from '../sources/opener.js';
import { tools, type ToolId } from '../tools.js';
import { areaIds, createLayout, type Layout } from './layout.js';
import { createTheme, type ThemeControl } from './theme.js';

/** Everything that the page consists of besides what is drawn. */
export interface App {
  readonly feed: Feed;
  readonly sessions: Sessions;
  readonly scope: Scope;
  readonly layout: Layout;
  readonly theme: ThemeControl;
  readonly tool: ReadonlySignal<ToolId | undefined>;
  readonly toolArgument: Signal<string>;
  readonly helpShown: Signal<boolean>;
  readonly toggleTool: (tool: ToolId) => void;
  readonly open: (source: Source) => void;
  readonly openFile: (file: File) => void;
}

/** How long the URL may lag behind what is shown: browsers limit how often it is changed. */
const hashDelayMs = 300;

export function createApp(): App {
  const asked = parseHash(location.hash);
  const theme = createTheme();
  const feed = createFeed();
  const scope = createScope();
  const sessions = createSessions(feed, theme.theme, scope);
  const layout = createLayout(asked.panes);
  const tool = signal<ToolId | undefined>(tools.find(({ id }) => id === asked.tool)?.id);
  const toolArgument = signal(asked.argument ?? '');

  sessions.wish({ selection: asked.selection, ...(asked.seq === undefined ? {} : { seq: asked.seq }) });

  const app: App = {
    feed,
    sessions,
    scope,
    layout,
    theme,
    tool,
    toolArgument,
    helpShown: signal(false),
    toggleTool: (id) => {
      tool.value = tool.value === id ? undefined : id;
      toolArgument.value = '';
    },
    open: (source) => feed.open(source),
    openFile: (file) =>
      feed.open(fileSource(file.name, () => Promise.resolve({ stream: file.stream(), bytes: file.size }))),
  };

  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const session = sessions.current.value;
    // What is asked for stays in the URL until there is a run that can show it.
    if (session === undefined) return;
    const { live, seq, playing } = session.cursor;
    const state = {
      // While time goes on, the URL names the newest moment: it would change with each frame.
      ...(live.value || playing.value ? {} : { seq: seq.value }),
      selection: session.selection.value.value,
      panes: areaIds.map((area) => layout.front.value[area]),
      ...(tool.value === undefined ? {} : { tool: tool.value, argument: toolArgument.value }),
    };
    clearTimeout(timer);
    timer = setTimeout(
      () => untracked(() => history.replaceState(null, '', location.pathname + location.search + formatHash(state))),
      hashDelayMs,
    );
  });
  window.addEventListener('hashchange', ({ newURL }) => {
    // What is shown may have been written into the URL since it was changed.
    clearTimeout(timer);
    const { seq, selection, panes } = parseHash(new URL(newURL).hash);
    const session = sessions.current.peek();
    layout.restore(panes);
    session?.selection.select(selection);
    if (seq !== undefined) session?.cursor.seek(seq);
  });

  const asks = new URLSearchParams(location.search);
  const token = asks.get('token');
  if (asks.get('from') === 'opener') feed.open(openerSource());
  else if (token !== null) {
    const [url, file] = [`records?token=${encodeURIComponent(token)}`, asks.get('file')];
    feed.open(file === null ? liveSource(url) : fileSource(file, () => served(url)));
  }
  // A page that nothing is behind shows what it can make itself.
  else tool.value ??= 'simulation';
  return app;
}
