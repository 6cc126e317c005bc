import type { ConsumerStreamEnd } from '../../index.js';
import { printableJson } from '../../wire/index.js';
import type { Report } from './report.js';

/** One JSON object a line. */
export function createJsonReport(write: (text: string) => void): Report {
  const print = (type: string, fields: object) => {
    write(`${printableJson({ type, ...fields })}\n`);
  };
  return {
    begin: ({ kind, description }, log) => {
      print('begin', { server: { kind, description }, file: log.path, bytes: log.to - log.from });
    },
    state: (elapsedMs, stream, side, state) => {
      print('state', { elapsedMs, stream, side, state });
    },
    event: (elapsedMs, stream, who, what) => {
      print('event', { elapsedMs, stream, who, what });
    },
    end: (elapsedMs, stream, end) => {
      print('end', { elapsedMs, stream, ...fieldsOf(end) });
    },
    summary: (elapsedMs, outcomes) => {
      const streams = outcomes.map(({ scene, end, walked, problems }) => ({
        stream: scene,
        ...fieldsOf(end),
        walked,
        problems,
      }));
      print('summary', { elapsedMs, ok: outcomes.every(({ problems }) => problems.length === 0), streams });
    },
  };
}

function fieldsOf({ reason, code, text, records, bytes }: ConsumerStreamEnd): object {
  return { reason, code, text, records, bytes };
}
