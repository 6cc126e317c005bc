import type { Session } from '../model/session.js';
import { panes, type PaneDefinition, type PaneId } from '../panes/index.js';
import { Border } from './border.js';
import { areas, type AreaId, type Layout } from './layout.js';
import { Lazy } from './lazy.js';

interface WorkspaceProps {
  readonly layout: Layout;
  readonly session: Session;
}

/** All panes of a run, in areas whose borders can be moved. */
export function Workspace({ layout, session }: WorkspaceProps) {
  const { left, right, bottom, corner } = layout.sizes.value;
  const whole = layout.whole.value;
  const show = (area: AreaId) => <Area key={area} area={area} layout={layout} session={session} />;
  if (whole !== undefined) return <main class="workspace">{show(whole)}</main>;
  return (
    <main class="workspace" style={{ gridTemplateColumns: `${1 - right}fr ${right}fr` }}>
      <div
        class="workspace-main"
        style={{ gridTemplateColumns: `${left}fr ${1 - left}fr`, gridTemplateRows: `${1 - bottom}fr ${bottom}fr` }}
      >
        {show('left')}
        {show('middle')}
        {show('bottom')}
        <Border border="left" layout={layout} />
        <Border border="bottom" layout={layout} />
      </div>
      <div class="workspace-side" style={{ gridTemplateRows: `${1 - corner}fr ${corner}fr` }}>
        {show('right')}
        {show('corner')}
        <Border border="corner" layout={layout} />
      </div>
      <Border border="right" layout={layout} />
    </main>
  );
}

function definitionOf(id: PaneId): PaneDefinition {
  const found = panes.find((pane) => pane.id === id);
  if (found === undefined) throw new Error(`expected a pane named ${id}, found none`);
  return found;
}

function Area({ area, layout, session }: WorkspaceProps & { readonly area: AreaId }) {
  const front = definitionOf(layout.front.value[area]);
  const { number, run, view, cursor, selection, scope, theme } = session;
  const isWhole = layout.whole.value === area;
  const tabs = areas[area].map(definitionOf);
  const onTabKey = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = tabs[(tabs.indexOf(front) + step + tabs.length) % tabs.length];
    if (next === undefined) return;
    layout.show(next.id);
    document.getElementById(`tab-${next.id}`)?.focus();
  };
  return (
    <section class="area" data-area={area} aria-label={front.title}>
      <div class="area-bar">
        <div role="tablist" aria-label={`Panes: ${area}`}>
          {tabs.map((pane) => (
            <button
              key={pane.id}
              id={`tab-${pane.id}`}
              type="button"
              role="tab"
              aria-selected={pane === front}
              aria-controls={`pane-${area}`}
              tabIndex={pane === front ? 0 : -1}
              title={`${pane.about} (${pane.key})`}
              onClick={() => layout.show(pane.id)}
              onKeyDown={onTabKey}
            >
              {pane.title}
            </button>
          ))}
        </div>
        <button
          type="button"
          class="quiet"
          aria-pressed={isWhole}
          aria-label={isWhole ? 'Give the other panes their places back' : `Let ${front.title} fill the page`}
          title="Fill the page (z)"
          onClick={() => layout.toggleWhole(area)}
        >
          <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
            <path
              d={isWhole ? 'M5 1v4H1M7 11V7h4' : 'M1 4V1h3M11 8v3H8'}
              fill="none"
              stroke="currentColor"
              stroke-width="1.5"
            />
          </svg>
        </button>
      </div>
      <div
        class="pane"
        id={`pane-${area}`}
        role="tabpanel"
        aria-labelledby={`tab-${front.id}`}
        tabIndex={-1}
        data-pane={front.id}
      >
        <Lazy
          key={`${number} ${front.id}`}
          name={front.id}
          load={front.load}
          props={{ run, view, cursor, selection, scope, theme }}
        />
      </div>
    </section>
  );
}
