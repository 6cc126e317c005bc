/** Something that the user can do, by a key anywhere on the page. */
export interface Command {
  /** `KeyboardEvent.key`; letters are meant without Shift, signs as they are typed. */
  readonly key: string;
  /** As the help names the key, where the key itself does not read well. */
  readonly keyName?: string;
  readonly group: 'Time' | 'Panes' | 'Page';
  readonly about: string;
  readonly run: () => void;
}

/** Runs commands by their keys. Keys typed into fields, and those that a pane uses itself, are left alone. */
export function listenToKeys(commands: () => readonly Command[]): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const target = event.target instanceof HTMLElement ? event.target : undefined;
    if (event.key === 'Escape' && target !== undefined && isField(target)) target.blur();
    if (target !== undefined && (isField(target) || target.closest('dialog[open]') !== null)) return;
    // A button is pressed with the space bar, and that must not play the run as well.
    if (event.key === ' ' && target?.closest('button, summary, a') !== null && target !== undefined) return;
    const command = commands().find((candidate) => candidate.key === event.key);
    if (command === undefined) return;
    event.preventDefault();
    command.run();
  };
  window.addEventListener('keydown', onKeyDown);
  return () => window.removeEventListener('keydown', onKeyDown);
}

/** Whether letters are typed into an element. Sliders take arrows only, which are no commands. */
function isField(element: HTMLElement): boolean {
  if (element instanceof HTMLInputElement) return !['checkbox', 'radio', 'button', 'range'].includes(element.type);
  return element instanceof HTMLTextAreaElement || element instanceof HTMLSelectElement || element.isContentEditable;
}
