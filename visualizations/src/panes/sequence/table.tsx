import { useState } from 'preact/hooks';
import type { RunReader, Selection } from '../../model/types.js';
import { momentText } from '../drawing/time-text.js';
import type { SequenceModel } from './sequence-model.js';

/** Rows of the table at a time: enough to read, few enough to be spoken. */
const pageRows = 100;

export interface SequenceTableProps {
  readonly model: { readonly current: SequenceModel };
  readonly run: RunReader;
  readonly selection: Selection;
  readonly onSelect: (row: number) => void;
}

/** The rows of the sequence diagram in words, a hundred at a time, the newest at first. */
export function SequenceTable({ model, run, selection, onSelect }: SequenceTableProps) {
  // What has come is in the model; the version only tells when.
  const count = run.version.value < 0 ? 0 : model.current.rows.length;
  // Undefined stays with the newest rows.
  const [page, setPage] = useState<number>();
  const lastPage = Math.max(0, Math.ceil(count / pageRows) - 1);
  const shown = Math.min(page ?? lastPage, lastPage);
  const rows = model.current.rows.slice(shown * pageRows, (shown + 1) * pageRows);
  const selectedSeq = selection.value.value.seq;
  const selectedRow = selectedSeq === undefined ? -1 : model.current.rowAt(selectedSeq);
  return (
    <>
      <div class="sq-bar">
        <button type="button" disabled={shown === 0} onClick={() => setPage(shown - 1)}>
          Earlier
        </button>
        <button
          type="button"
          disabled={shown === lastPage}
          onClick={() => setPage(shown + 1 === lastPage ? undefined : shown + 1)}
        >
          Later
        </button>
        <span class="muted">{`rows ${count === 0 ? 0 : shown * pageRows + 1} to ${Math.min(count, (shown + 1) * pageRows)} of ${count}`}</span>
      </div>
      <div class="sq-table" tabIndex={0} role="region" aria-label="Messages as a table">
        <table>
          <thead>
            <tr>
              <th scope="col">{run.header.unit === 'ms' ? 'Time' : 'Tick'}</th>
              <th scope="col">Where</th>
              <th scope="col">What</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, nth) => {
              const at = shown * pageRows + nth;
              return (
                <tr key={row.seq} aria-current={at === selectedRow}>
                  <td>
                    <button type="button" onClick={() => onSelect(at)}>
                      {momentText(row.at, run.header.unit)}
                    </button>
                  </td>
                  <td>{row.lane === undefined ? (row.system ?? '') : model.current.nameOf(row.lane)}</td>
                  <td>{model.current.textOf(at, run.header.unit)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}
