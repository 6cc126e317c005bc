import { batch, computed, effect, signal, type ReadonlySignal, type Signal } from '@preact/signals';
import { createFeed, type Feed } from '../model/feed.js';
import { formatHash, parseHash } from '../model/location-hash.js';
import { createScope, type Scope } from '../model/scope.js';
import { createSessions, type Sessions } from '../model/session.js';
import type { Source } from '../model/types.js';
import { fileSource, fetched } from '../sources/file.js';
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
  /** Grows when a link asks for what a tool makes, whatever is shown. */
  readonly toolAsked: ReadonlySignal<number>;
  /** Shows again what the page was served with, where it was served with anything and shows something else. */
  readonly showServed: ReadonlySignal<(() => void) | undefined>;
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
  const toolAsked = signal(0);
  const { search } = location;
  const served = servedWith(new URLSearchParams(search));

  sessions.wish({ selection: asked.selection, ...(asked.seq === undefined ? {} : { seq: asked.seq }) });

  const app: App = {
    feed,
    sessions,
    scope,
    layout,
    theme,
    tool,
    toolArgument,
    toolAsked,
    showServed: computed(() =>
      served === undefined || feed.source.value?.label === served.label ? undefined : () => feed.open(served),
    ),
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
    timer = setTimeout(() => {
      // What the page makes itself is the same for everybody: its address holds nothing of what this page was served with.
      const shown = served === undefined || feed.source.peek()?.label === served.label ? search : '';
      history.replaceState(null, '', location.pathname + shown + formatHash(state));
    }, hashDelayMs);
  });
  window.addEventListener('hashchange', ({ newURL }) => {
    // What is shown may have been written into the URL since it was changed.
    clearTimeout(timer);
    const { seq, selection, panes, tool: wanted, argument } = parseHash(new URL(newURL).hash);
    const session = sessions.current.peek();
    layout.restore(panes);
    const id = tools.find((candidate) => candidate.id === wanted)?.id;
    if (id !== undefined && argument !== undefined && argument !== toolArgument.peek()) {
      batch(() => {
        tool.value = id;
        toolArgument.value = argument;
        toolAsked.value += 1;
      });
      sessions.wish({ selection, ...(seq === undefined ? {} : { seq }) });
      return;
    }
    session?.selection.select(selection);
    if (seq !== undefined) session?.cursor.seek(seq);
  });

  // A link to what a tool makes leads there, whatever the page was served with.
  if (served !== undefined && (tool.peek() === undefined || toolArgument.peek() === '')) feed.open(served);
  // A page that nothing is behind shows what it can make itself.
  else tool.value ??= 'simulation';
  return app;
}

/** What the page was served with: the trace events of who has opened it, a recording, or a system that runs. */
function servedWith(asks: URLSearchParams): Source | undefined {
  const token = asks.get('token');
  if (asks.get('from') === 'opener') return openerSource();
  if (token === null) return undefined;
  const [url, file] = [`records?token=${encodeURIComponent(token)}`, asks.get('file')];
  return file === null ? liveSource(url) : fileSource(file, () => fetched(url));
}
