import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import ownPlacements from 'virtual:own-placements';
import type { TraceMachine } from '../../../../src/trace-events/trace-event.js';
import { actorName } from '../../model/actor-name.js';
import { actorKey } from '../../model/keys.js';
import { outermostState } from '../../model/state-text.js';
import type { ActorEntry, PaneProps } from '../../model/types.js';
import { useSampled } from '../drawing/use-sampled.js';
import { statesById } from './active-states.js';
import { Drawing, edgeUnder } from './drawing.js';
import type { Chart } from './chart.js';
import { collapsedToFit } from './fit.js';
import type { Placer } from './layout.js';
import { createLayouts } from './layouts.js';
import { Outline } from './outline.js';
import { actorOverlay, heatOf, type Overlay } from './overlay.js';
import { population } from './population.js';
import { isNotTaken, isRefusal, refusalText } from './refusal.js';
import { relationsOf } from './relations.js';
import { activeBoxes } from './sight.js';
import { TimerList } from './timer-list.js';
import { aboveFoot, usePanZoom } from './use-pan-zoom.js';
import './statechart.css';

/** What lays out the machines of others comes with the first of them. */
function createLazyPlacer(): Placer {
  let placer: Promise<Placer> | undefined;
  return async (graph) => {
    placer ??= import('./worker-placer.js').then(({ createWorkerPlacer }) => createWorkerPlacer());
    return (await placer)(graph);
  };
}

const layouts = createLayouts(ownPlacements, createLazyPlacer);

/** A chart, and what was collapsed when it was made. */
interface Shown {
  readonly chart: Chart;
  readonly collapsed: ReadonlySet<string>;
}

function useChart(machine: TraceMachine | undefined, collapsed: ReadonlySet<string>): Shown | undefined {
  const [shown, setShown] = useState<Shown>();
  useEffect(() => {
    if (machine === undefined) return undefined;
    let isCurrent = true;
    const found = layouts.chart(machine.root, collapsed);
    if (!(found instanceof Promise)) setShown({ chart: found, collapsed });
    else void found.then((chart) => isCurrent && setShown({ chart, collapsed }));
    return () => {
      isCurrent = false;
    };
  }, [machine, collapsed]);
  return machine === undefined ? undefined : shown;
}

const nothingCollapsed: ReadonlySet<string> = new Set();

/** The ids of the states that the last transition of an actor led to. */
function enteredBy(machine: TraceMachine | undefined, { lastTaken }: ActorEntry): readonly string[] {
  if (machine === undefined || lastTaken === undefined) return [];
  const states = statesById(machine.root);
  return lastTaken.taken.flatMap(
    ({ source, index }) =>
      states.get(source)?.transitions.find((transition) => transition.index === index)?.targets ?? [],
  );
}

/** The statechart of the selected actor; while none is selected, of a machine with the number of actors in each state. */
export default function StatechartPane({ run, view, cursor, selection, theme }: PaneProps) {
  const svg = useRef<SVGSVGElement>(null);
  const inner = useRef<SVGGElement>(null);
  const foot = useRef<HTMLDivElement>(null);
  const hovered = useSignal<string | undefined>(undefined);
  const showsHeat = useSignal(false);
  const showsText = useSignal(false);
  const [chosenMachine, chooseMachine] = useState<string>();
  const [collapsed, setCollapsed] = useState(nothingCollapsed);

  // Entries are replaced when they change, so the pane is drawn again only when this actor has changed.
  const actor = useComputed(() => {
    const { system, actor: id } = selection.value.value;
    return system === undefined || id === undefined ? undefined : view.value.actors.get(actorKey(system, id));
  }).value;
  const machineCount = useComputed(() => view.value.machines.size).value;
  const machines = useMemo(() => [...view.peek().machines.values()], [machineCount, run]);
  const machineId = actor?.machine ?? chosenMachine ?? machines[0]?.machine;
  const machine = machines.find((candidate) => candidate.machine === machineId);

  const counted = useSampled(
    view,
    400,
    (now) => ({
      heat: machine === undefined ? undefined : heatOf(now, machine),
      population: machine === undefined || actor !== undefined ? undefined : population(now, machine),
    }),
    `${machineId ?? ''} ${actor === undefined}`,
  );

  const shown = useChart(machine, collapsed);
  const chart = shown?.chart;
  const relations = useSampled(view, 400, (now) => relationsOf(now, actor?.key ?? ''), actor?.key ?? '');
  const running = useMemo(() => new Set(relations.living.map(({ actor: id }) => id)), [relations]);
  const overlay = useMemo<Overlay | undefined>(
    () =>
      machine && {
        ...actorOverlay(machine, actor),
        running,
        ...(showsHeat.value && counted.heat !== undefined && { heat: counted.heat }),
        ...(counted.population !== undefined && { population: counted.population }),
      },
    [machine, actor, running, counted, showsHeat.value],
  );

  const active = chart && actor && overlay ? activeBoxes(chart, overlay.active, enteredBy(machine, actor)) : [];
  const panZoom = usePanZoom(svg, inner, { width: chart?.width ?? 0, height: chart?.height ?? 0 }, active, foot);
  // The chart that fits may have to be laid out first.
  const [fitting, setFitting] = useState<ReadonlySet<string>>();
  useEffect(() => {
    if (fitting === undefined || fitting !== shown?.collapsed) return;
    panZoom.fit();
    setFitting(undefined);
  }, [panZoom, shown, fitting]);

  if (machine === undefined || overlay === undefined) {
    return (
      <p class="pane-empty">
        {actor === undefined ? 'No machine has been seen yet.' : `${actor.actor} runs no machine.`}
      </p>
    );
  }
  const toggle = (state: string): void => {
    setCollapsed((now) => new Set(now.has(state) ? [...now].filter((id) => id !== state) : [...now, state]));
  };
  const fit = async (): Promise<void> => {
    const pane = { width: svg.current?.clientWidth ?? 0, height: svg.current?.clientHeight ?? 0 };
    const room = aboveFoot(pane, foot.current);
    const fitted = await collapsedToFit(machine.root, collapsed, overlay.active, room, (states) =>
      layouts.chart(machine.root, states),
    );
    setCollapsed(fitted);
    setFitting(fitted);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const act = {
      '+': () => panZoom.scaleBy(1.25),
      '=': () => panZoom.scaleBy(1.25),
      '-': () => panZoom.scaleBy(0.8),
      '0': () => void fit(),
      ArrowLeft: () => panZoom.panBy(60, 0),
      ArrowRight: () => panZoom.panBy(-60, 0),
      ArrowUp: () => panZoom.panBy(0, 60),
      ArrowDown: () => panZoom.panBy(0, -60),
    }[event.key];
    if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  const last = actor?.lastStep;
  const refused = last !== undefined && isNotTaken(last) ? last : undefined;
  const heatSum = counted.heat;

  return (
    <div class="sc" data-phase={actor === undefined ? undefined : outermostState(actor.state)}>
      <div class="sc-bar">
        {actor === undefined
          ? machines.map(({ machine: id }) => (
              <button key={id} type="button" aria-pressed={id === machineId} onClick={() => chooseMachine(id)}>
                {id}
              </button>
            ))
          : relations.tabs.map((tab) => (
              <button
                key={tab.key}
                type="button"
                aria-pressed={tab.key === actor.key}
                title={`${tab.machine ?? tab.src ?? ''} ${tab.actor} of ${tab.system}${tab.parent === actor.actor ? `, a child, in ${tab.state}` : ''}`}
                onClick={() => selection.select({ system: tab.system, actor: tab.actor })}
              >
                {tab.parent === actor.actor && '↳ '}
                {tab.stream === undefined ? actorName(tab) : tab.system}{' '}
                <small>{tab.stream === undefined && tab.key !== actor.key ? tab.state : tab.machine}</small>
              </button>
            ))}
        {relations.others > 0 && <span class="sc-where">and {relations.others} more children</span>}
        <span class="sc-where">{actor === undefined ? '' : actor.state}</span>
        <span class="sc-space" />
        {showsHeat.value && heatSum !== undefined && (
          <span class="sc-coverage">{`${heatSum.taken} of ${heatSum.transitions} transitions taken`}</span>
        )}
        <button
          type="button"
          aria-pressed={showsHeat.value}
          title="How often each transition was taken, over all actors"
          onClick={() => (showsHeat.value = !showsHeat.value)}
        >
          Heat
        </button>
        <button
          type="button"
          aria-pressed={showsText.value}
          title="The statechart as text"
          onClick={() => (showsText.value = !showsText.value)}
        >
          Text
        </button>
        <button type="button" aria-label="Smaller" onClick={() => panZoom.scaleBy(0.8)}>
          −
        </button>
        <button type="button" aria-label="Larger" onClick={() => panZoom.scaleBy(1.25)}>
          +
        </button>
        <button type="button" title="Keep the active states in sight" onClick={() => panZoom.follow()}>
          Follow
        </button>
        <button
          type="button"
          title="Show the whole chart; where it is too large to be read, states are collapsed, first those that are not active"
          onClick={() => void fit()}
        >
          Fit
        </button>
        {collapsed.size > 0 && (
          <button
            type="button"
            title="Show what is inside of every state"
            onClick={() => setCollapsed(nothingCollapsed)}
          >
            {collapsed.size} collapsed
          </button>
        )}
      </div>
      {showsText.value ? (
        // A list that can be scrolled must be reached by the keyboard.
        <div class="sc-outline" tabIndex={0} role="region" aria-label={`Statechart of ${machine.machine} as text`}>
          <ul>
            <Outline state={machine.root} overlay={overlay} />
          </ul>
        </div>
      ) : (
        <svg
          ref={svg}
          class="sc-svg"
          tabIndex={0}
          role="img"
          aria-label={`Statechart of ${machine.machine}${actor === undefined ? '' : `, in ${actor.state}`}`}
          onPointerOver={(event) => (hovered.value = edgeUnder(event.target))}
          onPointerLeave={() => (hovered.value = undefined)}
          onKeyDown={onKeyDown}
        >
          <g ref={inner} class={hovered.value === undefined ? '' : 'sc-dimmed'}>
            {chart !== undefined && (
              <Drawing
                chart={chart}
                overlay={overlay}
                hovered={hovered}
                cursor={cursor}
                unit={run.header.unit}
                reducedMotion={theme.value.reducedMotion}
                onToggle={toggle}
              />
            )}
          </g>
        </svg>
      )}
      {chart === undefined && <p class="sc-placing">Placing {machine.machine}…</p>}
      <div ref={foot} class="sc-foot">
        {refused !== undefined && (
          <p class="sc-refusal" data-refused={isRefusal(refused)}>
            <strong>{isRefusal(refused) ? '✕ refused' : '○ not taken'}</strong>{' '}
            {refusalText(machine.root, refused, actor?.state ?? '')}
          </p>
        )}
        {!showsText.value && (
          <TimerList
            timers={overlay.timers}
            cursor={cursor}
            unit={run.header.unit}
            reducedMotion={theme.value.reducedMotion}
          />
        )}
      </div>
    </div>
  );
}
