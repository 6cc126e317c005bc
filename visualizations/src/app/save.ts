import { answering, sequenceStreams } from '../model/scope.js';
import type { Session } from '../model/session.js';
import type { Exporter, Shown } from '../model/types.js';
import { loadExporters } from '../tools.js';

/** Saves what is shown of a run as a file. Resolves when the browser has it. */
export async function save(session: Session, exporter: Exporter): Promise<void> {
  const parts: string[] = [];
  let turn = performance.now();
  for (const part of exporter.convert(session.run, shownOf(session))) {
    parts.push(part);
    if (performance.now() - turn < turnMs) continue;
    await new Promise((resolve) => setTimeout(resolve));
    turn = performance.now();
  }
  download(parts, exporter);
}

/** Saves the report of the incident. */
export async function saveReport(session: Session): Promise<void> {
  const report = (await loadExporters()).find(({ id }) => id === 'report');
  if (report !== undefined) await save(session, report);
}

/** How long it is written before the page may draw again. */
const turnMs = 50;

/** What is saved is what is shown. */
function shownOf({ run, cursor, view, selection, scope }: Session): Shown {
  const { unit } = run.header;
  const [now, at] = [cursor.now(), view.peek()];
  return {
    seq: cursor.seq.peek(),
    view: at,
    now,
    query: scope.query.peek(),
    answers: answering(scope, at, unit, now),
    streams: sequenceStreams(scope, selection.value.peek(), at, unit, now),
  };
}

function download(parts: string[], { extension, mime }: Exporter): void {
  const url = URL.createObjectURL(new Blob(parts, { type: mime }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `nats-stream.${extension}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
