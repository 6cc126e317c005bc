import type { Page } from 'playwright-core';

/** What a row of the table of streams has shown, each time that it changed. */
export interface ShownRow {
  readonly subject: string;
  /** The phase by its colour and sign, such as `active`, `unheard`, `crashed`. */
  readonly phase: string;
  /** What the pill tells to people. */
  readonly title: string;
  /** Whether the row is drawn as that of a stream that is over. */
  readonly isOver: boolean;
  readonly reason: string;
  /** Of the page, in milliseconds since 1970. */
  readonly at: number;
}

/** What the line above the table has said, such as `120, 120 live`. */
export interface ShownCount {
  readonly text: string;
  readonly at: number;
}

/** Everything that the table has shown since it is watched. */
export interface RowHistory {
  readonly rows: readonly ShownRow[];
  readonly counts: readonly ShownCount[];
}

/** Records from now on each change of what the table of streams shows, in the page itself, so that nothing is missed. */
export async function watchRows(page: Page): Promise<void> {
  await page.evaluate(() => {
    const history = { rows: [] as ShownRow[], counts: [] as ShownCount[] };
    const last = new Map<string, string>();
    const look = (): void => {
      const text = document.querySelector('.streams-count')?.textContent ?? '';
      if (history.counts.at(-1)?.text !== text) history.counts.push({ text, at: Date.now() });
      for (const row of document.querySelectorAll<HTMLElement>('.grid-row')) {
        const pill = row.querySelector<HTMLElement>('.pill');
        const shown = {
          subject: row.querySelector('.subject')?.textContent ?? '',
          phase: pill?.dataset['phase'] ?? '',
          title: pill?.title ?? '',
          isOver: row.dataset['over'] === 'true',
          reason: row.querySelector('[data-column=reason]')?.textContent ?? '',
        };
        const key = JSON.stringify(shown);
        if (last.get(shown.subject) === key) continue;
        last.set(shown.subject, key);
        history.rows.push({ ...shown, at: Date.now() });
      }
    };
    new MutationObserver(look).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    });
    look();
    (globalThis as unknown as { rowHistory: object }).rowHistory = history;
  });
}

export function shownRows(page: Page): Promise<RowHistory> {
  return page.evaluate(() => (globalThis as unknown as { rowHistory: RowHistory }).rowHistory);
}
