import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import { tools } from '../tools.js';
import type { App } from './app-state.js';
import { listenToKeys } from './commands.js';
import { Header } from './header.js';
import { Lazy } from './lazy.js';
import { pageCommands } from './page-commands.js';
import { Start } from './start.js';
import { TimeBar } from './time-bar.js';
import { toolProps } from './tool-props.js';
import { Workspace } from './workspace.js';

const loadHelp = async () => (await import('./help.js')).Help;

/** The whole page. */
export function Page({ app }: { readonly app: App }) {
  const session = app.sessions.current.value;
  const commands = useMemo(() => pageCommands(app), [app]);
  const dragging = useFileDrop(app);
  useEffect(() => listenToKeys(() => commands), [commands]);
  useFrameClock(app);
  const toolGiven = useMemo(() => toolProps(app), [app, session]);
  const tool = tools.find(({ id }) => id === app.tool.value);

  return (
    <div class="shell">
      <Header app={app} />
      {tool !== undefined && (
        <aside class="tool" aria-label={tool.title} tabIndex={-1}>
          <Lazy name={tool.id} load={tool.load} props={toolGiven} />
        </aside>
      )}
      {session === undefined ? <Start app={app} /> : <Workspace layout={app.layout} session={session} />}
      {session !== undefined && <TimeBar key={session.number} session={session} />}
      {app.helpShown.value && (
        <Lazy name="help" load={loadHelp} props={{ commands, close: () => (app.helpShown.value = false) }} />
      )}
      {dragging && <div class="drop">Drop a recording to open it</div>}
    </div>
  );
}

/** Lets time pass for the cursor, once per animation frame. */
function useFrameClock(app: App): void {
  useEffect(() => {
    let last: number | undefined;
    let frame = requestAnimationFrame(function next(time) {
      frame = requestAnimationFrame(next);
      // A page in the background gets no frames; what it missed is not played all at once.
      const elapsedMs = last === undefined ? 0 : Math.min(time - last, 250);
      last = time;
      app.sessions.current.peek()?.cursor.frame(elapsedMs);
    });
    return () => cancelAnimationFrame(frame);
  }, [app]);
}

/** Opens a file that is dropped anywhere. Returns whether one is being dragged over the page. */
function useFileDrop(app: App): boolean {
  const dragging = useSignal(false);
  useEffect(() => {
    const onDragOver = (event: DragEvent): void => {
      if (event.dataTransfer?.types.includes('Files') !== true) return;
      event.preventDefault();
      dragging.value = true;
    };
    const onDragLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) dragging.value = false;
    };
    const onDrop = (event: DragEvent): void => {
      dragging.value = false;
      const file = event.dataTransfer?.files[0];
      if (file === undefined) return;
      event.preventDefault();
      app.openFile(file);
    };
    window.addEventListener('dragover', onDragOver);
    window.addEventListener('dragleave', onDragLeave);
    window.addEventListener('drop', onDrop);
    return () => {
      window.removeEventListener('dragover', onDragOver);
      window.removeEventListener('dragleave', onDragLeave);
      window.removeEventListener('drop', onDrop);
    };
  }, [app]);
  return dragging.value;
}
