import type { Json } from '../../model/types.js';

interface JsonTreeProps {
  readonly value: Json;
  readonly name?: string;
  /** The value of before, where what has changed is to be marked. */
  readonly before?: Json;
}

/** Plain data as lines that can be opened and closed. */
export function JsonTree({ value, name, before }: JsonTreeProps) {
  const changed = before !== undefined && JSON.stringify(before) !== JSON.stringify(value);
  const label = name === undefined ? null : <span class="json-name">{name}: </span>;
  if (value === null || typeof value !== 'object') {
    return (
      <div class="json-line" data-changed={changed}>
        {label}
        <span class={`json-${value === null ? 'null' : typeof value}`}>{JSON.stringify(value)}</span>
      </div>
    );
  }
  const entries = Object.entries(value as Readonly<Record<string, Json>>);
  if (entries.length === 0) {
    return (
      <div class="json-line">
        {label}
        {Array.isArray(value) ? '[]' : '{}'}
      </div>
    );
  }
  const children = entries.map(([key, child]) => {
    const old =
      before !== null && typeof before === 'object' ? (before as Readonly<Record<string, Json>>)[key] : undefined;
    return <JsonTree key={key} name={key} value={child} {...(old === undefined ? {} : { before: old })} />;
  });
  if (name === undefined) return <div class="json">{children}</div>;
  return (
    <details class="json-node" open={entries.length <= 12}>
      <summary data-changed={changed}>
        {label}
        <span class="muted">{Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`}</span>
      </summary>
      <div class="json">{children}</div>
    </details>
  );
}
