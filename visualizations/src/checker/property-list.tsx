import type { PropertyReport } from './session.js';

interface PropertyListProps {
  readonly properties: readonly PropertyReport[];
  readonly show: (path: readonly number[]) => void;
}

const order = { violated: 0, unknown: 1, holds: 2 } as const;
const signs = { violated: '✗', unknown: '?', holds: '✓' } as const;
const words = {
  always: 'always',
  leadsTo: 'leads to',
  reachable: 'can be reached',
  broken: 'no step breaks',
} as const;

/** Every property with its verdict, those that are violated first, each with the shortest way to its discovery. */
export function PropertyList({ properties, show }: PropertyListProps) {
  const sorted = [...properties].sort((a, b) => order[a.status] - order[b.status]);
  const violated = sorted.filter(({ status }) => status === 'violated');
  const others = sorted.filter(({ status }) => status !== 'violated');
  return (
    <section aria-label="Properties">
      <h3>
        Properties: {violated.length === 0 ? 'nothing is violated' : `${violated.length} of ${sorted.length} violated`}
      </h3>
      <Rows properties={violated} show={show} />
      <details open={violated.length === 0}>
        <summary class="muted">{others.length} others</summary>
        <Rows properties={others} show={show} />
      </details>
    </section>
  );
}

function Rows({ properties, show }: PropertyListProps) {
  return (
    <ul class="checker-list">
      {properties.map(({ name, kind, status, worstTicks, reason, path }) => (
        <li key={`${kind} ${name}`} data-status={status}>
          <span aria-hidden="true">{signs[status]}</span>
          <span>
            <span class="only-read">{status}: </span>
            {name}
            <small class="muted">
              {' '}
              {words[kind]}
              {worstTicks === undefined ? '' : `, takes at most ${worstTicks} ticks`}
            </small>
            {path !== undefined && (
              <>
                <br />
                <button type="button" title={reason} onClick={() => show(path)}>
                  Show how, in {path.length} {path.length === 1 ? 'step' : 'steps'}
                </button>
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
