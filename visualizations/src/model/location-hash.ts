import type { SelectionValue } from './types.js';

/** What of the page stands in its URL, so that a link leads to the same moment and the same thing. */
export interface HashState {
  /** Absent while the newest moment is shown. */
  readonly seq?: number;
  readonly selection: SelectionValue;
  /** The panes in front, one of each area. */
  readonly panes: readonly string[];
  /** The tool that is open, and its argument. */
  readonly tool?: string;
  readonly argument?: string;
}

const selectionKeys = ['system', 'actor', 'stream', 'message'] as const;

/** Reads a hash, with or without its `#`. What cannot be read is left out: a link may come from another version. */
export function parseHash(hash: string): HashState {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  const selection: { -readonly [key in keyof SelectionValue]: SelectionValue[key] } = {};
  for (const key of selectionKeys) {
    const value = params.get(key);
    if (value !== null && value !== '') selection[key] = value;
  }
  const record = wholeNumber(params.get('record'));
  if (record !== undefined) selection.seq = record;
  const seq = wholeNumber(params.get('at'));
  const tool = params.get('tool');
  const argument = params.get('with');
  return {
    ...(seq === undefined ? {} : { seq }),
    selection,
    panes: (params.get('panes') ?? '').split(',').filter((pane) => pane !== ''),
    ...(tool === null ? {} : { tool }),
    ...(argument === null ? {} : { argument }),
  };
}

export function formatHash({ seq, selection, panes, tool, argument }: HashState): string {
  const params = new URLSearchParams();
  if (seq !== undefined) params.set('at', `${seq}`);
  for (const key of selectionKeys) {
    const value = selection[key];
    if (value !== undefined) params.set(key, value);
  }
  if (selection.seq !== undefined) params.set('record', `${selection.seq}`);
  if (panes.length > 0) params.set('panes', panes.join(','));
  if (tool !== undefined) params.set('tool', tool);
  if (argument !== undefined && argument !== '') params.set('with', argument);
  const text = params.toString().replaceAll('%2C', ',');
  return text === '' ? '' : `#${text}`;
}

function wholeNumber(text: string | null): number | undefined {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
