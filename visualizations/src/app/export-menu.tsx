import { useEffect, useRef, useState } from 'preact/hooks';
import { answering, sequenceStreams } from '../model/scope.js';
import type { Session } from '../model/session.js';
import type { Exporter, Shown } from '../model/types.js';
import { loadExporters } from '../tools.js';
import type { App } from './app-state.js';

/** Saves the run that is shown, in one of several formats. */
export function ExportMenu({ app }: { readonly app: App }) {
  const menu = useRef<HTMLDetailsElement>(null);
  const [exporters, setExporters] = useState<readonly Exporter[]>([]);
  const [problem, setProblem] = useState('');
  const [isSaving, setIsSaving] = useState(false);
  const session = app.sessions.current.value;

  useEffect(() => {
    const onPointerDown = (event: PointerEvent): void => {
      if (menu.current?.open === true && !menu.current.contains(event.target as Node)) menu.current.open = false;
    };
    window.addEventListener('pointerdown', onPointerDown);
    return () => window.removeEventListener('pointerdown', onPointerDown);
  }, []);

  const onToggle = (): void => {
    if (menu.current?.open !== true || exporters.length > 0) return;
    loadExporters().then(setExporters, (error: unknown) => setProblem(String(error)));
  };
  const save = async (exporter: Exporter): Promise<void> => {
    if (session === undefined || isSaving) return;
    setIsSaving(true);
    try {
      const parts: string[] = [];
      let turn = performance.now();
      for (const part of exporter.convert(session.run, shownOf(session))) {
        parts.push(part);
        if (performance.now() - turn < turnMs) continue;
        await new Promise((resolve) => setTimeout(resolve));
        turn = performance.now();
      }
      download(parts, exporter);
      setProblem('');
      if (menu.current !== null) menu.current.open = false;
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setIsSaving(false);
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || menu.current?.open !== true) return;
    menu.current.open = false;
    menu.current.querySelector('summary')?.focus();
    event.stopPropagation();
  };

  if (session === undefined) return null;
  return (
    <details ref={menu} class="menu" onToggle={onToggle} onKeyDown={onKeyDown}>
      <summary>Save…</summary>
      <div class="menu-list">
        {exporters.map((exporter) => (
          <button key={exporter.id} type="button" disabled={isSaving} onClick={() => void save(exporter)}>
            {exporter.title} <small>.{exporter.extension}</small>
          </button>
        ))}
        {isSaving && <p role="status">Saving…</p>}
        <p class="muted">Diagrams and traces are of the streams that the sequence shows.</p>
        {problem !== '' && (
          <p class="bad" role="alert">
            {problem}
          </p>
        )}
      </div>
    </details>
  );
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
