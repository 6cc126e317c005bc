import { useEffect, useRef, useState } from 'preact/hooks';
import type { TraceEvent, Exporter } from '../model/types.js';
import { loadExporters } from '../tools.js';
import type { App } from './app-state.js';

/** Saves the run that is shown, in one of several formats. */
export function ExportMenu({ app }: { readonly app: App }) {
  const menu = useRef<HTMLDetailsElement>(null);
  const [exporters, setExporters] = useState<readonly Exporter[]>([]);
  const [problem, setProblem] = useState('');
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
  const save = (exporter: Exporter): void => {
    if (session === undefined) return;
    const events: TraceEvent[] = [session.run.header];
    session.run.forEach(0, Infinity, (event) => void events.push(event));
    try {
      const shown = { seq: session.cursor.seq.peek(), selection: session.selection.value.peek() };
      download(exporter.convert(events, shown), exporter);
      setProblem('');
      if (menu.current !== null) menu.current.open = false;
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
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
          <button key={exporter.id} type="button" onClick={() => save(exporter)}>
            {exporter.title} <small>.{exporter.extension}</small>
          </button>
        ))}
        {problem !== '' && (
          <p class="bad" role="alert">
            {problem}
          </p>
        )}
      </div>
    </details>
  );
}

function download(text: string, { extension, mime }: Exporter): void {
  const url = URL.createObjectURL(new Blob([text], { type: mime }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `nats-stream.${extension}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
