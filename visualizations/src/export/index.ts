import { toJsonLine } from '../../../src/tracing/json-lines.js';
import type { Exporter } from '../model/types.js';
import { toMermaid } from './mermaid.js';
import { toPerfetto } from './perfetto.js';
import { toSvg } from './svg.js';

/** The ways to save a run, in the order in which they are offered. */
export const exporters: readonly Exporter[] = [
  {
    id: 'jsonl',
    title: 'Trace events, to be opened here again',
    extension: 'jsonl',
    mime: 'application/jsonl',
    convert: (events) => events.map(toJsonLine).join(''),
  },
  {
    id: 'svg',
    title: 'Sequence diagram, as a drawing',
    extension: 'svg',
    mime: 'image/svg+xml',
    convert: (events) => toSvg(events),
  },
  {
    id: 'svg-dark',
    title: 'Sequence diagram, as a dark drawing',
    extension: 'svg',
    mime: 'image/svg+xml',
    convert: (events) => toSvg(events, { theme: 'dark' }),
  },
  {
    id: 'mermaid',
    title: 'Sequence diagram, for Mermaid',
    extension: 'mmd',
    mime: 'text/plain',
    convert: (events) => toMermaid(events),
  },
  {
    id: 'perfetto',
    title: 'Trace, for Perfetto',
    extension: 'json',
    mime: 'application/json',
    convert: (events) => toPerfetto(events),
  },
];
