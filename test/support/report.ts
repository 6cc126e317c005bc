import { writeSync } from 'node:fs';

/** What a process that a test has started tells of itself: one JSON object a line, on its standard output. */
export type Report =
  /** The producer takes requests. */
  | { readonly type: 'ready' }
  /** A handler was called. */
  | { readonly type: 'started'; readonly streamId: string }
  /** A handler's `finally` has run. */
  | { readonly type: 'finished'; readonly streamId: string; readonly written: number }
  /** The server has taken so many records of a stream. */
  | { readonly type: 'sent'; readonly records: number }
  /**
   * What the process holds when so many records of one stream have passed it, and how many of another one, which nobody
   * reads.
   */
  | {
      readonly type: 'memory';
      readonly records: number;
      readonly unread: number;
      readonly heldBytes: number;
      readonly rssBytes: number;
    }
  /** A span has ended. */
  | {
      readonly type: 'span';
      readonly name: string;
      readonly traceId: string;
      readonly spanId: string;
      readonly parentId: string | undefined;
    }
  /** The first record of a stream has come. */
  | { readonly type: 'flowing'; readonly streamId: string }
  /** A stream has ended for its reader. */
  | { readonly type: 'ended'; readonly streamId: string; readonly reason: string; readonly records: number };

/** Written at once, so that nothing is lost where the process is killed right after it. */
export function report(what: Report): void {
  writeSync(1, `${JSON.stringify(what)}\n`);
}

/** What the test has told this process to do. */
export function readSetting(): unknown {
  return JSON.parse(process.argv[2] ?? '{}') as unknown;
}
