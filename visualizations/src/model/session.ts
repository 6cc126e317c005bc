import { batch, computed, effect, signal, untracked, type ReadonlySignal } from '@preact/signals';
import { createCursor, type RunCursor } from './cursor.js';
import type { Feed } from './feed.js';
import type { Run } from './run.js';
import type { Scope } from './scope.js';
import { createSelection, selectionOf } from './selection.js';
import type { Moment, PaneProps, SelectionValue, Theme } from './types.js';

/** A run that is shown: what all panes get. A new one with each run. */
export interface Session extends PaneProps {
  /** Grows with each run: panes are made anew with it. */
  readonly number: number;
  readonly run: Run;
  readonly cursor: RunCursor;
}

/** What is to be shown of the next run, such as what the URL says. Each part is used up by the first run that has it. */
export interface Wish {
  readonly seq?: Moment;
  readonly selection?: SelectionValue;
}

export interface Sessions {
  readonly current: ReadonlySignal<Session | undefined>;
  wish(wish: Wish): void;
}

/** Makes a session for each run of a feed. A selection stays over runs; the moment does not. */
export function createSessions(feed: Feed, theme: ReadonlySignal<Theme>, scope: Scope): Sessions {
  const current = signal<Session | undefined>(undefined);
  let wished: Wish = {};
  let number = 0;

  effect(() => {
    const run = feed.run.value;
    untracked(() => {
      if (run === undefined) {
        current.value = undefined;
        return;
      }
      const before = current.peek();
      number += 1;
      const cursor = createCursor(run, { onBreak: (event) => selection.select(selectionOf(event)) });
      const chosen = wished.selection ?? before?.selection.value.peek() ?? {};
      wished = wished.seq === undefined ? {} : { seq: wished.seq };
      const selection = createSelection(() => cursor.view.peek(), chosen);
      current.value = { number, run, cursor, view: cursor.view, selection, scope, theme };
    });
  });

  // An event that is selected is that of the cursor, or one that was chosen since the cursor has moved.
  effect(() => {
    const session = current.value;
    if (session === undefined) return;
    const { live } = session.cursor;
    const moment = live.value ? undefined : session.cursor.seq.value;
    untracked(() => {
      const { seq, message, ...rest } = session.selection.value.peek();
      if (seq !== undefined && moment !== undefined && seq !== moment) session.selection.select(rest);
    });
  });

  // The moment that was wished for may come later than the beginning of its run.
  effect(() => {
    const session = current.value;
    const { seq } = wished;
    // Reading the version is what brings this back when more records have come.
    if (session === undefined || session.run.version.value < 0) return;
    if (seq === undefined || session.run.lastSeq < seq) return;
    wished = {};
    untracked(() => batch(() => session.cursor.seek(seq)));
  });

  return {
    current: computed(() => current.value),
    wish: (wish) => {
      wished = wish;
    },
  };
}
