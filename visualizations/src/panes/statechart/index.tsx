import { useComputed, useSignal } from '@preact/signals';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import ownPlacements from 'virtual:own-placements';
import type { TraceMachine } from '../../../../src/trace-events/trace-event.js';
import { actorKey } from '../../model/keys.js';
import { outermostState } from '../../model/state-text.js';
import type { ActorEntry, PaneProps, View } from '../../model/types.js';
import { useSampled } from '../drawing/use-sampled.js';
import { Drawing, edgeUnder } from './drawing.js';
import type { Chart } from './chart.js';
import { createLayouts } from './layouts.js';
import { Outline } from './outline.js';
import { actorOverlay, heatOf, type Overlay } from './overlay.js';
import { population } from './population.js';
import { isNotTaken, isRefusal, refusalText } from './refusal.js';
import { activeBox } from './sight.js';
import { TimerList } from './timer-list.js';
import { usePanZoom } from './use-pan-zoom.js';
import { createWorkerPlacer } from './worker-placer.js';
import './statechart.css';

const layouts = createLayouts(ownPlacements, createWorkerPlacer);

/** The actors that may be shown beside the selected one: both ends of its stream, and all that share its system. */
function tabsOf(view: View, selected: ActorEntry | undefined): readonly ActorEntry[] {
  if (selected === undefined) return [];
  const ends = selected.stream === undefined ? [] : (view.streams.get(selected.stream)?.ends ?? []);
  const found = ends.flatMap(({ key }) => view.actors.get(key) ?? []).filter(({ machine }) => machine !== undefined);
  return found.includes(selected) ? found : [selected, ...found];
}

function useChart(machine: TraceMachine | undefined, collapsed: ReadonlySet<string>): Chart | undefined {
  const [chart, setChart] = useState<Chart>();
  useEffect(() => {
    if (machine === undefined) return undefined;
    let isCurrent = true;
    const found = layouts.chart(machine.root, collapsed);
    if (!(found instanceof Promise)) setChart(found);
    else void found.then((made) => isCurrent && setChart(made));
    return () => {
      isCurrent = false;
    };
  }, [machine, collapsed]);
  return machine === undefined ? undefined : chart;
}

const nothingCollapsed: ReadonlySet<string> = new Set();

/** The statechart of the selected actor; while none is selected, of a machine with the number of actors in each state. */
export default function StatechartPane({ run, view, cursor, selection, theme }: PaneProps) {
  const svg = useRef<SVGSVGElement>(null);
  const inner = useRef<SVGGElement>(null);
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

  const chart = useChart(machine, collapsed);
  const overlay = useMemo<Overlay | undefined>(
    () =>
      machine && {
        ...actorOverlay(machine, actor),
        ...(showsHeat.value && counted.heat !== undefined && { heat: counted.heat }),
        ...(counted.population !== undefined && { population: counted.population }),
      },
    [machine, actor, counted, showsHeat.value],
  );

  const focus = chart && actor && overlay && activeBox(chart, overlay.active);
  const panZoom = usePanZoom(svg, inner, { width: chart?.width ?? 0, height: chart?.height ?? 0 }, focus);

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
  const onKeyDown = (event: KeyboardEvent): void => {
    const act = {
      '+': () => panZoom.scaleBy(1.25),
      '=': () => panZoom.scaleBy(1.25),
      '-': () => panZoom.scaleBy(0.8),
      '0': () => panZoom.fit(),
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
  const tabs = tabsOf(view.peek(), actor);
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
          : tabs.map((tab) => (
              <button
                key={tab.key}
                type="button"
                aria-pressed={tab.key === actor.key}
                title={`${tab.machine ?? ''} ${tab.actor} of ${tab.system}`}
                onClick={() => selection.select({ system: tab.system, actor: tab.actor })}
              >
                {tab.system} <small>{tab.machine}</small>
              </button>
            ))}
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
        <button type="button" title="Show the whole chart" onClick={() => panZoom.fit()}>
          Fit
        </button>
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
      <div class="sc-foot">
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
