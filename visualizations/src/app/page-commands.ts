import { panes } from '../panes/index.js';
import { tools } from '../tools.js';
import type { App } from './app-state.js';
import type { Command } from './commands.js';
import { areaOf, areaIds } from './layout.js';

/** All commands of the page, for the keyboard and for the help. */
export function pageCommands(app: App): readonly Command[] {
  return [...timeCommands(app), ...paneCommands(app), ...otherCommands(app)];
}

function timeCommands(app: App): readonly Command[] {
  const session = () => app.sessions.current.peek();
  const step = (records: number) => () => session()?.cursor.step(records);
  return [
    {
      key: ' ',
      keyName: 'space',
      group: 'Time',
      about: 'pause, or play on',
      run: () => {
        const shown = session();
        if (shown === undefined) return;
        const { cursor, run } = shown;
        const moves = cursor.playing.peek() || (cursor.live.peek() && run.growing.peek());
        if (moves) cursor.pause();
        else cursor.play();
      },
    },
    { key: 'l', group: 'Time', about: 'follow the newest moment', run: () => session()?.cursor.follow() },
    { key: ',', group: 'Time', about: 'one trace event back', run: step(-1) },
    { key: '.', group: 'Time', about: 'one trace event on', run: step(1) },
    { key: '<', group: 'Time', about: 'a hundred trace events back', run: step(-100) },
    { key: '>', group: 'Time', about: 'a hundred trace events on', run: step(100) },
    { key: 'p', group: 'Time', about: 'to the previous step of the selected actor', run: () => stepActor(app, -1) },
    { key: 'n', group: 'Time', about: 'to its next step', run: () => stepActor(app, 1) },
    { key: '[', group: 'Time', about: 'to the previous mark', run: () => stepMark(app, -1) },
    { key: ']', group: 'Time', about: 'to the next mark', run: () => stepMark(app, 1) },
    {
      key: 'b',
      group: 'Time',
      about: 'set where to break',
      run: () => document.getElementById('break-at')?.focus(),
    },
  ];
}

function paneCommands({ layout }: App): readonly Command[] {
  const focus = (id: string): void => {
    const element = document.getElementById(id);
    // What is shown already has the focus at once: keys that follow quickly are meant for it.
    if (element === null) requestAnimationFrame(() => document.getElementById(id)?.focus());
    else element.focus();
  };
  return [
    ...panes.map<Command>((pane) => ({
      key: pane.key,
      group: 'Panes',
      about: `${pane.title}: ${pane.about}`,
      run: () => {
        layout.show(pane.id);
        focus(`pane-${areaOf(pane.id)}`);
      },
    })),
    {
      key: 'z',
      group: 'Panes',
      about: 'let the pane with the focus fill the page, or give the others their places back',
      run: () => {
        const focused = document.activeElement?.closest('.area')?.querySelector('.pane')?.id.replace('pane-', '');
        layout.toggleWhole(layout.whole.peek() ?? areaIds.find((area) => area === focused) ?? 'left');
      },
    },
    {
      key: '/',
      group: 'Panes',
      about: 'search the streams',
      run: () => {
        layout.show('streams');
        focus('stream-query');
      },
    },
  ];
}

function otherCommands(app: App): readonly Command[] {
  return [
    ...tools.map<Command>((tool) => ({
      key: tool.key,
      group: 'Page',
      about: `${tool.title}: ${tool.about}`,
      run: () => app.toggleTool(tool.id),
    })),
    { key: 'o', group: 'Page', about: 'open a recording', run: () => document.getElementById('open-file')?.click() },
    { key: 't', group: 'Page', about: 'light or dark', run: () => app.theme.toggle() },
    {
      key: 'x',
      group: 'Page',
      about: 'select nothing',
      run: () => app.sessions.current.peek()?.selection.select({}),
    },
    { key: '?', group: 'Page', about: 'this help', run: () => (app.helpShown.value = true) },
  ];
}

/** The nearest record in a direction that a test names. */
function seekWhere(
  app: App,
  direction: 1 | -1,
  test: (type: string, system?: string, actor?: string) => boolean,
): void {
  const session = app.sessions.current.peek();
  if (session === undefined) return;
  const { run, cursor } = session;
  const now = cursor.seq.peek();
  let found: number | undefined;
  const [from, to] = direction === 1 ? [now + 1, Infinity] : [run.firstSeq, now - 1];
  run.forEach(from, to, (event) => {
    const { type, system, actor } = event as {
      readonly type: string;
      readonly system?: string;
      readonly actor?: string;
    };
    if (!test(type, system, actor)) return undefined;
    found = event.seq;
    // Backwards the last one found is the nearest.
    return direction === -1;
  });
  if (found !== undefined) cursor.seek(found);
}

function stepActor(app: App, direction: 1 | -1): void {
  const chosen = app.sessions.current.peek()?.selection.value.peek();
  if (chosen?.actor === undefined) return;
  seekWhere(
    app,
    direction,
    (type, system, actor) => type === 'step' && system === chosen.system && actor === chosen.actor,
  );
}

function stepMark(app: App, direction: 1 | -1): void {
  seekWhere(app, direction, (type) => type === 'mark');
}
