import type { TraceEventDraft } from '../../../trace-events/draft.js';
import type { Plain } from '../description/plain-data.js';
import { messageText } from './step-text.js';
import type { SentMessage } from './trace.js';

/** Gives the messages of a trace ids, by which their sending and their arrival belong together. */
export interface TraceMessages {
  send(sent: SentMessage): void;
  arrive(what: 'deliver' | 'drop' | 'duplicate', from: string, to: string, message: Plain): void;
}

interface UnderWay {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly text: string;
  readonly subject: string;
}

export function createTraceMessages(write: (draft: TraceEventDraft) => void): TraceMessages {
  const underWay: UnderWay[] = [];
  let count = 0;

  const tell = (
    op: 'send' | 'deliver' | 'drop' | 'duplicate',
    { id, from, to, subject }: Omit<UnderWay, 'text'>,
    message: Plain,
  ): void => {
    write({
      type: 'message',
      op,
      message: id,
      ...(from === '' ? {} : { from }),
      to,
      subject,
      kind: kindOf(message),
      ...streamOf(message),
      // The model has no payloads.
      bytes: 0,
      text: messageText(message),
    });
  };

  return {
    send: ({ from, to, message, subject, isLost }) => {
      count += 1;
      const sent = { id: `${count}`, from, to, subject, text: JSON.stringify(message) };
      tell('send', sent, message);
      if (isLost) tell('drop', sent, message);
      else underWay.push(sent);
    },
    arrive: (op, from, to, message) => {
      const text = JSON.stringify(message);
      const at = underWay.findIndex((sent) => sent.from === from && sent.to === to && sent.text === text);
      const sent = underWay[at] ?? { id: `unsent ${(count += 1)}`, from, to, subject: '', text };
      tell(op, sent, message);
      // A duplicate leaves one more copy under way.
      if (op === 'duplicate') underWay.push(sent);
      else if (at !== -1) underWay.splice(at, 1);
    },
  };
}

/** The messages of the protocol name their stream by its id, the last part of an inbox. */
function streamOf(message: Plain): { readonly stream?: string } {
  const { id } = (message ?? {}) as { readonly id?: unknown };
  return typeof id === 'string' ? { stream: id.slice(id.lastIndexOf('.') + 1) } : {};
}

/** The type of a message, or of the event that it carries. */
function kindOf(message: Plain): string {
  const { type, event } = (message ?? {}) as { readonly type?: unknown; readonly event?: { readonly type?: unknown } };
  if (typeof type === 'string') return type;
  return typeof event?.type === 'string' ? event.type : 'other';
}
