import { useEffect, useRef, useState } from 'preact/hooks';
import type { Exporter } from '../model/types.js';
import { loadExporters } from '../tools.js';
import type { App } from './app-state.js';
import { save } from './save.js';

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
  const onSave = async (exporter: Exporter): Promise<void> => {
    if (session === undefined || isSaving) return;
    setIsSaving(true);
    try {
      await save(session, exporter);
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
          <button key={exporter.id} type="button" disabled={isSaving} onClick={() => void onSave(exporter)}>
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
