/** A machine of XState 4, as far as it is drawn. */
export interface ShownMachine {
  readonly id: string;
  readonly type?: string;
  readonly key?: string;
  readonly order?: number;
  readonly states: Readonly<Record<string, ShownMachine>>;
  readonly initial?: unknown;
  readonly description?: string;
  readonly transitions: readonly {
    readonly eventType: string;
    readonly target?: readonly { readonly id: string }[] | undefined;
    readonly cond?: { readonly name?: string; readonly type?: string } | undefined;
    readonly delay?: unknown;
  }[];
}

/** A statechart as boxes in boxes, each with its edges as lines; the active states stand out. */
export function drawMachine(node: ShownMachine, active: ReadonlySet<string>): HTMLElement {
  const children = Object.values(node.states);
  const box = document.createElement('div');
  box.className = `state ${node.type ?? ''}`;
  box.dataset['id'] = node.id;
  if (active.has(node.id)) box.classList.add('active');
  if (node.description !== undefined) box.title = node.description;
  const name = document.createElement('h2');
  name.textContent = node.key ?? node.id;
  const edges = document.createElement('ul');
  for (const { eventType, target = [], cond } of node.transitions) {
    const edge = document.createElement('li');
    const guard = cond?.name ?? cond?.type;
    const targets = target.map(({ id }) => id.slice(id.lastIndexOf('.') + 1));
    const event = /^xstate\.after\((.*)\)#/.exec(eventType)?.[1];
    const told = event === undefined ? eventType : `after ${event}`;
    edge.textContent =
      `${told === '' ? 'always' : told}${guard === undefined ? '' : ` [${guard}]`}` +
      (targets.length === 0 ? '' : ` → ${targets.join(', ')}`);
    edges.append(edge);
  }
  const inner = document.createElement('div');
  inner.className = 'children';
  inner.append(...children.map((child) => drawMachine(child, active)));
  box.append(name, edges, inner);
  return box;
}
