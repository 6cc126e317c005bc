import { createWebSocketReceiver } from '@xstate/inspect/lib/browser.js';
import { drawMachine, type ShownMachine } from './statechart.js';
import { styleText } from './style.js';

/** An actor, as the frames of the server tell it. */
interface ShownActor {
  readonly id: string;
  readonly parent: string | undefined;
  readonly machine: ShownMachine;
  states: readonly string[];
  context: unknown;
  last: string;
  status: string;
}

interface Frame {
  readonly type: string;
  readonly sessionId: string;
  readonly id?: string;
  readonly parent?: string;
  readonly machine?: ShownMachine;
  readonly state?: {
    readonly value: unknown;
    readonly context: unknown;
    readonly _event: {
      readonly name: string;
      readonly v5?: { readonly status: string; readonly nodes: readonly string[] };
    };
  };
  readonly event?: { readonly name: string };
}

/** How many actors that are over stay in the list. */
const overMax = 200;

const actors = new Map<string, ShownActor>();
const over: string[] = [];
let selected: string | undefined;
let isDrawing = false;

const style = document.createElement('style');
style.textContent = styleText;
document.head.append(style);
const list = document.createElement('nav');
const picture = document.createElement('section');
const main = document.querySelector('main') ?? document.body;
main.append(list, picture);

/** Many frames of one moment are one drawing. */
function draw(): void {
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(() => {
    isDrawing = false;
    drawList();
    drawPicture();
  });
}

function take(frame: Frame): void {
  const { type, sessionId, state } = frame;
  if (type === 'service.register' && frame.machine !== undefined) {
    const { id = sessionId, parent, machine } = frame;
    actors.set(sessionId, { id, parent, machine, states: [], context: null, last: '', status: 'active' });
    selected ??= sessionId;
  }
  const actor = actors.get(sessionId);
  if (actor === undefined) return;
  if (frame.event !== undefined) actor.last = frame.event.name;
  if (state !== undefined) {
    const { nodes = [], status = 'active' } = state._event.v5 ?? {};
    Object.assign(actor, { states: nodes, status, context: state.context });
  }
  if (type === 'service.stop') {
    if (actor.status === 'active') actor.status = 'stopped';
    over.push(sessionId);
    for (const gone of over.splice(0, Math.max(0, over.length - overMax))) actors.delete(gone);
  }
  draw();
}

function drawList(): void {
  const depthOf = ({ parent }: ShownActor): number => {
    const above = parent === undefined ? undefined : actors.get(parent);
    return above === undefined ? 0 : 1 + depthOf(above);
  };
  const children = (parent: string | undefined): readonly [string, ShownActor][] =>
    [...actors].filter(([, actor]) =>
      parent === undefined ? actor.parent === undefined || !actors.has(actor.parent) : actor.parent === parent,
    );
  const ordered = (parent?: string): readonly [string, ShownActor][] =>
    children(parent).flatMap((entry): readonly [string, ShownActor][] => [entry, ...ordered(entry[0])]);
  list.replaceChildren(
    ...ordered().map(([sessionId, actor]) => {
      const button = document.createElement('button');
      button.style.paddingInlineStart = `${0.6 + depthOf(actor)}em`;
      button.className = sessionId === selected ? 'selected' : '';
      button.dataset['status'] = actor.status;
      button.append(Object.assign(document.createElement('b'), { textContent: actor.id }));
      const leaf = actor.states.at(-1) ?? '';
      const told = actor.status === 'active' ? leaf.slice(leaf.indexOf('.') + 1) : actor.status;
      button.append(Object.assign(document.createElement('span'), { textContent: told }));
      button.addEventListener('click', () => {
        selected = sessionId;
        draw();
      });
      return button;
    }),
  );
}

function drawPicture(): void {
  const actor = selected === undefined ? undefined : actors.get(selected);
  if (actor === undefined) {
    picture.textContent = 'No actor yet.';
    return;
  }
  const title = document.createElement('h1');
  title.textContent = `${actor.machine.id}: ${actor.id}`;
  const last = document.createElement('p');
  last.textContent = `${actor.status}, last event ${actor.last}`;
  const context = document.createElement('pre');
  context.textContent = JSON.stringify(actor.context, null, 2);
  picture.replaceChildren(title, last, drawMachine(actor.machine, new Set(actor.states)), context);
}

const server = `${location.host}${location.pathname.replace(/\/$/, '')}`;
const receiver = createWebSocketReceiver({ server } as Parameters<typeof createWebSocketReceiver>[0]);
receiver.subscribe((frame) => {
  take(frame as unknown as Frame);
});
draw();
