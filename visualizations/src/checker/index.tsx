import { signal, type Signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { ToolProps } from '../model/types.js';
import { portSource } from '../sources/port.js';
import './checker.css';
import { explorationOf, explorations } from './explorations.js';
import type { CheckerCommand, CheckerReport } from './messages.js';
import { NextSteps } from './next-steps.js';
import { PropertyList } from './property-list.js';
import type { ExplorationReport, PlaceReport } from './session.js';

interface CheckerState {
  readonly exploration: string;
  readonly report?: ExplorationReport;
  readonly place?: Omit<PlaceReport, 'records'>;
  /** States found so far, while the exploration runs. */
  readonly progress?: number;
  readonly problem?: string;
}

/** The worker and what it last said; one for the page, so that what was explored stays while the panel is closed. */
interface Link {
  readonly state: Signal<CheckerState>;
  readonly send: (command: CheckerCommand) => void;
  /** Shows the runs of the worker, where the page shows another source. */
  readonly show: () => void;
}

let link: Link | undefined;

const first = 'trap-t-2d';
const groups = [...new Set(explorations.map(({ group }) => group))];

function connect(open: ToolProps['open']): Link {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const state = signal<CheckerState>({ exploration: first });
  let isShown = false;
  worker.addEventListener('message', ({ data }: MessageEvent<CheckerReport>) => {
    const now = state.value;
    switch (data.type) {
      case 'progress':
        state.value = { ...now, progress: data.progress.states };
        return;
      case 'report': {
        const { exploration, place } = now;
        if (data.report.exploration !== exploration) return;
        state.value = { exploration, report: data.report, ...(place === undefined ? {} : { place }) };
        // Whoever has not taken a step yet is led to what was found.
        const found = data.report.properties.find(({ path }) => path !== undefined)?.path;
        if (found !== undefined && isShown && (place?.path.length ?? 0) === 0)
          send({ type: 'walk', exploration, path: found });
        return;
      }
      case 'place': {
        const { exploration, path, next } = data;
        if (exploration === now.exploration) state.value = { ...now, place: { exploration, path, next } };
        return;
      }
      case 'error':
        state.value = { ...now, problem: data.text };
    }
  });
  const send = (command: CheckerCommand): void => worker.postMessage(command);
  worker.addEventListener('error', ({ message }) => {
    state.value = { ...state.value, problem: `the explorer has failed: ${message}` };
  });
  return {
    state,
    send,
    show: () => {
      if (isShown) return;
      isShown = true;
      open(portSource('exploration', worker, () => (isShown = false)));
    },
  };
}

/** The path as it stands in the address: the exploration, and the numbers of the steps. */
function parsePlace(text: string): { readonly exploration: string; readonly path: readonly number[] } | undefined {
  const [exploration = '', steps = ''] = text.split(':');
  if (explorationOf(exploration) === undefined) return undefined;
  const path = steps === '' ? [] : steps.split('.').map(Number);
  return { exploration, path: path.every((step) => Number.isInteger(step) && step >= 0) ? path : [] };
}

/** The last time that a link has asked for a place, of those that were answered. */
let answered = 0;

/** The checker's view: what is explored, its properties, and what else could happen here. */
export default function Checker(props: ToolProps) {
  const { open, isIdle, argument, asked, setArgument, view, cursor, selection } = props;
  const [{ state, send, show }] = useState(() => (link ??= connect(open)));
  const { exploration, report, place, progress, problem } = state.value;
  const chosen = explorationOf(exploration);

  const walk = (path: readonly number[]): void => {
    show();
    send({ type: 'walk', exploration: state.peek().exploration, path });
    cursor.follow();
  };
  const explore = (id: string): void => {
    state.value = { exploration: id, progress: 0 };
    send({ type: 'explore', exploration: id });
  };
  const choose = (id: string, path: readonly number[] = []): void => {
    explore(id);
    walk(path);
  };
  useEffect(() => {
    const { exploration: id, path } = parsePlace(argument.peek()) ?? { exploration: first, path: [] };
    const isAsked = asked.value > answered;
    answered = asked.value;
    if (state.peek().report !== undefined && !isAsked) return;
    // Another run is left alone until somebody wants to see a way.
    if (isAsked || isIdle()) choose(id, path);
    else explore(id);
  }, [asked.value]);
  const firstStream = view.value.streams.keys().next().value;
  useEffect(() => {
    // Whoever has selected nothing looks at the first stream.
    if (firstStream !== undefined && selection.value.peek().stream === undefined)
      selection.select({ stream: firstStream });
  }, [firstStream, selection]);
  useEffect(() => {
    if (place !== undefined) setArgument(`${place.exploration}:${place.path.join('.')}`);
  }, [place]);

  return (
    <div class="checker">
      <label>
        <span class="only-read">What is explored</span>
        <select value={exploration} title={chosen?.title} onChange={({ currentTarget }) => choose(currentTarget.value)}>
          {groups.map((group) => (
            <optgroup key={group} label={group}>
              {explorations
                .filter((candidate) => candidate.group === group)
                .map(({ id, title }) => (
                  <option key={id} value={id}>
                    {title}
                  </option>
                ))}
            </optgroup>
          ))}
        </select>
      </label>
      <p class="muted">{chosen?.summary}</p>
      <p role="status">
        {progress !== undefined
          ? `Exploring: ${progress.toLocaleString('en')} states so far`
          : report === undefined
            ? ''
            : `${report.isComplete ? 'Every state explored' : 'Stopped before every state was explored'}: ${report.states.toLocaleString('en')} states, ${report.edges.toLocaleString('en')} steps between them, ${report.depth} deep, ${Math.round(report.ms)} ms`}{' '}
        {progress !== undefined && (
          <button type="button" onClick={() => send({ type: 'stop' })}>
            Stop
          </button>
        )}
      </p>
      {problem !== undefined && (
        <p class="bad" role="alert">
          {problem}
        </p>
      )}
      <p>
        <button
          type="button"
          title="What nats-stream check --trace has written"
          onClick={() => document.getElementById('open-file')?.click()}
        >
          Open a trace…
        </button>
      </p>
      {report !== undefined && <PropertyList properties={report.properties} show={walk} />}
      {place === undefined && (
        <p>
          <button type="button" onClick={() => walk([])}>
            Walk through it by hand
          </button>
        </p>
      )}
      {place !== undefined && <NextSteps place={place} walk={walk} />}
    </div>
  );
}
