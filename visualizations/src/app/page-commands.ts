import { toggleSilent } from '../model/scope.js';
import { actorKey } from '../model/keys.js';
import type { Session } from '../model/session.js';
import { panes } from '../panes/index.js';
import { tools } from '../tools.js';
import type { App } from './app-state.js';
import type { Command } from './commands.js';
import { saveReport } from './save.js';
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

function paneCommands({ layout, scope }: App): readonly Command[] {
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
      key: 'q',
      group: 'Panes',
      about: 'which producers are silent: their streams alone, by producer; or all again',
      run: () => {
        layout.show('streams');
        toggleSilent(scope);
      },
    },
    {
      key: '!',
      group: 'Panes',
      about: 'only the streams that need a look, or all again',
      run: () => {
        layout.show('streams');
        scope.query.value = scope.query.value === 'anomaly:*' ? '' : 'anomaly:*';
      },
    },
    {
      key: 'f',
      group: 'Panes',
      about: 'of which streams the sequence is: of the selected one, of those that answer the query, or of all',
      run: () => {
        layout.show('sequence');
        const isQuery = scope.query.value.trim() !== '';
        const next = { selected: isQuery ? 'filtered' : 'all', filtered: 'all', all: 'selected' } as const;
        scope.sequence.value = next[scope.sequence.value];
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
    {
      key: 'r',
      group: 'Page',
      about: 'save a report of the incident, for a ticket',
      run: () => {
        const session = app.sessions.current.peek();
        if (session !== undefined) void saveReport(session);
      },
    },
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

/** Goes to the nearest of some moments in a direction of which a test holds. */
function seekNearest(
  { cursor }: Session,
  direction: 1 | -1,
  moments: readonly number[],
  test: (seq: number) => boolean = () => true,
): void {
  const now = cursor.seq.peek();
  const next =
    direction === 1 ? moments.find((seq) => seq > now && test(seq)) : moments.findLast((seq) => seq < now && test(seq));
  if (next !== undefined) cursor.seek(next);
}

/** To the nearest step of the selected actor. */
function stepActor(app: App, direction: 1 | -1): void {
  const session = app.sessions.current.peek();
  const { system, actor, stream } = session?.selection.value.peek() ?? {};
  if (session === undefined || system === undefined || actor === undefined) return;
  const isStep = (seq: number): boolean => {
    const event = session.run.record(seq);
    return event?.type === 'step' && event.system === system && event.actor === actor;
  };
  seekNearest(session, direction, session.run.seqsOf([stream ?? actorKey(system, actor)]), isStep);
}

function stepMark(app: App, direction: 1 | -1): void {
  const session = app.sessions.current.peek();
  if (session === undefined) return;
  const moments = session.run.marked.map(({ seq }) => seq);
  seekNearest(session, direction, moments);
}
