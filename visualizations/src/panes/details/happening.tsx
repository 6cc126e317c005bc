import { commandText, delayText, eventText } from '../../model/event-text.js';
import { formatTime } from '../../model/format.js';
import { stateText } from '../../model/state-text.js';
import type { Cursor, TraceRun } from '../../model/types.js';
import { wholeWallTime } from '../../model/wall-clock.js';
import { isNotTaken, isRefusal, refusalText } from '../statechart/refusal.js';
import type { TraceMachine, TraceStateNode, TraceStep } from '../../../../src/trace-events/trace-event.js';
import type { ActorHappening } from './recent-steps.js';

interface HappeningProps {
  readonly happening: ActorHappening;
  readonly machine: TraceMachine | undefined;
  readonly header: TraceRun;
  readonly cursor: Cursor;
  readonly isLast: boolean;
}

/** One event of an actor: what it was, the edges that it took, or why it was refused. Pressed, it leads there. */
export function Happening({ happening, machine, header, cursor, isLast }: HappeningProps) {
  return (
    <li data-refused={happening.type === 'step' && happening.taken.length === 0}>
      <button
        type="button"
        aria-current={isLast}
        title={`Go to trace event ${happening.seq}`}
        onClick={() => cursor.seek(happening.seq)}
      >
        <span class="muted mono" title={wholeWallTime(header, happening.at)}>
          {formatTime(happening.at, header.unit)}
        </span>{' '}
        <Title happening={happening} />
        {happening.type === 'step' && <Step step={happening} machine={machine} />}
      </button>
    </li>
  );
}

function Title({ happening }: { readonly happening: ActorHappening }) {
  switch (happening.type) {
    case 'step':
      return (
        <>
          <strong class="mono">{eventText(happening.event.type)}</strong>
          {happening.from !== undefined && <span class="muted"> from {happening.from}</span>}
        </>
      );
    case 'timer':
      return <strong class="mono">◷ {delayText(happening.delay)} fires</strong>;
    case 'end':
      return (
        <strong>
          ends: {happening.reason} <span class="muted">{happening.code}</span>
        </strong>
      );
    case 'mark':
      return <span>{happening.text}</span>;
    case 'actor':
      return <strong>begins in {stateText(happening.value)}</strong>;
  }
}

function Step({ step, machine }: { readonly step: TraceStep; readonly machine: TraceMachine | undefined }) {
  const fields = Object.entries(step.event).filter(([name]) => name !== 'type');
  return (
    <span class="step">
      {fields.length > 0 && (
        <span class="step-fields muted">
          {fields.map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(', ')}
        </span>
      )}
      {machine !== undefined && isNotTaken(step) && (
        <span class={isRefusal(step) ? 'bad' : 'muted'}>
          {isRefusal(step) ? '✗' : '○'} {refusalText(machine.root, step, stateText(step.value))}
        </span>
      )}
      {step.taken.map(({ source, index }) => (
        <span key={`${source} ${index}`}>→ {edgeText(machine?.root, source, index, stateText(step.value))}</span>
      ))}
      {step.commands.length > 0 && <span class="muted">does {step.commands.map(commandText).join(', ')}</span>}
      {step.error !== undefined && <span class="bad">throws: {step.error}</span>}
    </span>
  );
}

/** An edge in words: from where, with which guard, to where. */
function edgeText(root: TraceStateNode | undefined, source: string, index: number, after: string): string {
  const name = (id: string): string => id.split('.').slice(1).join('.') || id;
  const transition = findNode(root, source)?.transitions.find((candidate) => candidate.index === index);
  if (transition === undefined) return `${name(source)} to ${after}`;
  const guard = transition.guard === undefined ? '' : ` [${transition.guard}]`;
  if (transition.targets.length === 0) return `${name(source)}${guard} stays`;
  return `${name(source)}${guard} to ${transition.targets.map(name).join(', ')}`;
}

function findNode(node: TraceStateNode | undefined, id: string): TraceStateNode | undefined {
  if (node === undefined || node.id === id) return node;
  for (const child of node.children) {
    const found = findNode(child, id);
    if (found !== undefined) return found;
  }
  return undefined;
}
