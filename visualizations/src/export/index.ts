import { toJsonLine } from '../../../src/tracing/json-lines.js';
import type { TraceEvent } from '../../../src/trace-events/trace-event.js';
import { eventsAround } from '../model/events-around.js';
import type { Exporter, RunReader, Shown } from '../model/types.js';
import { toMermaid } from './mermaid.js';
import { toPerfetto } from './perfetto.js';
import { toReport } from './report.js';
import { toSvg } from './svg.js';
import type { DiagramScope } from './diagram.js';

/** How many events on either side of the moment a diagram is made from, and a trace for Perfetto. */
const eachSide = { diagram: 20_000, perfetto: 100_000 };

/** How many events are written at once. */
const linesAtOnce = 2_000;

/** The events that the sequence shows, header first, and what was before them. */
function scoped(run: RunReader, { seq, streams }: Shown, most: number): [readonly TraceEvent[], DiagramScope] {
  const { events } = eventsAround(run, streams, seq, most);
  const first = events[0]?.seq ?? run.firstSeq;
  return [[run.header, ...events], { before: run.viewAt(first - 1), moment: seq, streams }];
}

function* lines(run: RunReader): Iterable<string> {
  yield toJsonLine(run.header);
  let seq = run.firstSeq - 1;
  while (run.size > 0 && seq < run.lastSeq) {
    const part: string[] = [];
    run.forEach(seq + 1, Infinity, (event) => {
      part.push(toJsonLine(event));
      seq = event.seq;
      return part.length < linesAtOnce;
    });
    yield part.join('');
  }
}

/** The ways to save a run, in the order in which they are offered. Diagrams are of the streams that the sequence shows. */
export const exporters: readonly Exporter[] = [
  {
    id: 'report',
    title: 'Report of the incident, for a ticket',
    extension: 'html',
    mime: 'text/html',
    convert: (run, shown) => [toReport(run, shown, toSvg(...scoped(run, shown, eachSide.diagram)))],
  },
  {
    id: 'jsonl',
    title: 'Trace events, to be opened here again',
    extension: 'jsonl',
    mime: 'application/jsonl',
    convert: lines,
  },
  {
    id: 'svg',
    title: 'Sequence diagram, as a drawing',
    extension: 'svg',
    mime: 'image/svg+xml',
    convert: (run, shown) => [toSvg(...scoped(run, shown, eachSide.diagram))],
  },
  {
    id: 'svg-dark',
    title: 'Sequence diagram, as a dark drawing',
    extension: 'svg',
    mime: 'image/svg+xml',
    convert: (run, shown) => [toSvg(...scoped(run, shown, eachSide.diagram), { theme: 'dark' })],
  },
  {
    id: 'mermaid',
    title: 'Sequence diagram, for Mermaid',
    extension: 'mmd',
    mime: 'text/plain',
    convert: (run, shown) => [toMermaid(...scoped(run, shown, eachSide.diagram))],
  },
  {
    id: 'perfetto',
    title: 'Trace, for Perfetto',
    extension: 'json',
    mime: 'application/json',
    convert: (run, shown) => [toPerfetto(scoped(run, shown, eachSide.perfetto)[0])],
  },
];
