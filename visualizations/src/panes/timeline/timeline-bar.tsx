import type { Signal } from '@preact/signals';

export interface TimelineBarProps {
  /** The query that the table has too. */
  readonly query: Signal<string>;
  readonly follows: Signal<boolean>;
  readonly onZoom: (factor: number) => void;
  readonly onAll: () => void;
  readonly onFollow: () => void;
}

/** What stands above the timeline: the filter, what the patterns mean, and how much time is shown. */
export function TimelineBar({ query, follows, onZoom, onAll, onFollow }: TimelineBarProps) {
  return (
    <div class="tl-bar">
      <input
        type="search"
        spellcheck={false}
        aria-label="The query of the table"
        placeholder="state:active age>30s subject:log.*"
        title="The query of the table, which holds here too"
        value={query.value}
        onInput={({ currentTarget }) => (query.value = currentTarget.value)}
      />
      <span class="tl-legend" aria-hidden="true">
        {['opening', 'active', 'cancelling', 'closed'].map((phase) => (
          <span key={phase}>
            <i class="tl-swatch" data-phase={phase} /> {phase}
          </span>
        ))}
      </span>
      <span class="tl-space" />
      <button type="button" aria-label="Zoom out" onClick={() => onZoom(1.6)}>
        −
      </button>
      <button type="button" aria-label="Zoom in" onClick={() => onZoom(0.6)}>
        +
      </button>
      <button type="button" title="The whole run" onClick={onAll}>
        All
      </button>
      <button type="button" aria-pressed={follows.value} title="Keep the newest time in sight" onClick={onFollow}>
        Follow
      </button>
    </div>
  );
}
