import { CloseCode, type Command, type Outflow } from '../../../machines/index.js';
import { note, spawn, stop, tell, type Effect } from '../explorer/description/effects.js';
import type { Effects, HostScope } from '../explorer/description/host-adapter.js';
import type { Plain } from '../explorer/description/plain-data.js';
import type { DeliveryTerms } from './delivery-arithmetic.js';
import { sendFrame, sendFrames, type DeliveryFrame, type DeliveryMessage } from './delivery-messages.js';
import { downNote } from './ghosts.js';

/** What a producer's client keeps of a stream, besides its actor. */
export interface ModelOutflow {
  readonly flow: Outflow;
  /** Records that wait for credit; the model's source hands over one at a time. */
  readonly waiting: number;
  /** The consumer was asked for credit since the last record was sent. */
  readonly isAsking: boolean;
  /** The code of the close that comes after them. */
  readonly close: number | null;
  /** The first item that is not published as a whole, and how many of its fragments are. */
  readonly next: number;
  readonly part: number;
  /** A fragment was published, and others are let in before the next one. */
  readonly isPublishing: boolean;
  /** Frames that wait for the end of the turn, to share a message; absent where none can. */
  readonly joining?: readonly DeliveryFrame[];
}

type OutflowCommand =
  | Command<'wire.announce' | 'wire.data' | 'wire.finish' | 'wire.close' | 'wire.probe' | 'wire.resend'>
  | { readonly type: 'source.produce' | 'turn.begin'; readonly params: { readonly id: string } };

const outflowPrefix = 'outflow ';

export function outflowNote(inbox: string): string {
  return outflowPrefix + inbox;
}

/** How many records the source of a stream has handed over, through crashes. */
export function producedNote(inbox: string): string {
  return `produced ${inbox}`;
}

/** How often a stream was registered: a late duplicate of its request registers it once more. */
function runNote(inbox: string): string {
  return `run ${inbox}`;
}

export function turnOf(inbox: string): string {
  return `turn ${inbox}`;
}

function runOf(notes: HostScope['notes'], inbox: string): number {
  return Number(notes[runNote(inbox)] ?? 0);
}

/** What an act on a stream may ask. */
interface ActHost {
  readonly run: number;
  readonly isDown: boolean;
  readonly post: (frame: DeliveryFrame) => void;
}

type Draft = { -readonly [Key in keyof ModelOutflow]: ModelOutflow[Key] };

/** The producer's side of extended streams, as `src/delivery/sender.ts` has it in production. */
export function modelOutflows(terms: DeliveryTerms) {
  const { window, producerWindow, bytesOf, partsOf, missedHeartbeatsMax, isJoined, arithmetic } = terms;
  const { beginOutflow, endOf, isGrantComing, isGrantPossible, isSettled, maySend, sendClose, sendRecord, takeGrant } =
    arithmetic;
  const { isUnreachable, notePrompted } = arithmetic;

  /** One act on what is kept of one stream, and what it brings about. */
  const act = (
    inbox: string,
    { notes }: HostScope,
    perform: (outflow: Draft, effects: Effect[], host: ActHost) => void,
  ): readonly Effect[] => {
    const known = (notes[outflowNote(inbox)] ?? undefined) as ModelOutflow | undefined;
    if (known === undefined) return [];
    const outflow: Draft = { ...known };
    const effects: Effect[] = [];
    const [run, isDown] = [runOf(notes, inbox), notes[downNote] === true];
    /** Sends a frame; at the end of the turn, where it may share a message. */
    const post = (frame: DeliveryFrame): void => {
      const { joining } = outflow;
      if (joining === undefined) {
        effects.push(sendFrame(inbox, run, frame));
        return;
      }
      if (joining.length === 0 && !outflow.isPublishing) effects.push(spawn(turnOf(inbox), 'turn', { stream: inbox }));
      outflow.joining = [...joining, frame];
    };
    perform(outflow, effects, { run, isDown, post });

    // Whatever was made is published in order, as far as the link and the turns of the event loop allow.
    while (!isDown && !outflow.isPublishing && outflow.next < endOf(outflow.flow)) {
      const { next: number, part: index, flow } = outflow;
      if (number === flow.sent) {
        post({ type: 'end', number, isFinal: false, code: outflow.close ?? 0 });
        outflow.next += 1;
      } else if (partsOf(number) === 1) {
        let count = 1;
        while (number + count < flow.sent && partsOf(number + count) === 1) count += 1;
        post({ type: 'records', first: number, count });
        outflow.next += count;
      } else {
        effects.push(
          sendFrame(inbox, run, { type: 'part', number, index }),
          spawn(turnOf(inbox), 'turn', { stream: inbox }),
        );
        outflow.isPublishing = true;
        [outflow.next, outflow.part] = index + 1 === partsOf(number) ? [number + 1, 0] : [number, index + 1];
      }
    }
    return [note(outflowNote(inbox), outflow as unknown as Plain), ...effects];
  };

  const announce = ({ next, waiting }: Draft, { isDown, post }: ActHost): void => {
    // A record whose fragments are still going out is not missing: to ask for it would begin it anew, again and again.
    if (!isDown) post({ type: 'announcement', end: next, isWanting: waiting > 0 });
  };
  const askIfStarved = (inbox: string, outflow: Draft, effects: Effect[]): void => {
    if (outflow.waiting === 0 || outflow.isAsking || isGrantComing(outflow.flow)) return;
    outflow.isAsking = true;
    effects.push(tell(inbox, { type: 'flow.starved' }));
  };
  const closeAfterWaiting = (outflow: Draft): void => {
    if (outflow.waiting === 0 && outflow.close !== null && !outflow.flow.isClosed)
      outflow.flow = sendClose(outflow.flow);
  };

  const command = ({ type, params }: OutflowCommand, scope: HostScope): Effects => {
    const { id: inbox } = params;
    const { notes } = scope;
    switch (type) {
      case 'wire.announce': {
        const run = runOf(notes, inbox) + 1;
        const outflow: ModelOutflow = {
          flow: beginOutflow(producerWindow, window),
          waiting: 0,
          isAsking: false,
          close: null,
          next: 0,
          part: 0,
          isPublishing: false,
          ...(isJoined ? { joining: [] } : {}),
        };
        const begun = [note(runNote(inbox), run), note(outflowNote(inbox), outflow as unknown as Plain)];
        const known = { ...notes, [runNote(inbox)]: run, [outflowNote(inbox)]: outflow as unknown as Plain };
        return [...begun, ...act(inbox, { ...scope, notes: known }, (drafted, _, host) => announce(drafted, host))];
      }
      case 'source.produce':
        return [
          note(producedNote(inbox), Number(notes[producedNote(inbox)] ?? 0) + 1),
          ...act(inbox, scope, (outflow, effects) => {
            if (maySend(outflow.flow, bytesOf(outflow.flow.sent))) {
              effects.push(tell(inbox, { type: 'source.record' }));
              return;
            }
            outflow.waiting += 1;
            effects.push(tell(inbox, { type: 'flow.blocked' }));
            askIfStarved(inbox, outflow, effects);
          }),
        ];
      case 'wire.data':
        return act(inbox, scope, (outflow) => {
          outflow.flow = sendRecord(outflow.flow, bytesOf(outflow.flow.sent));
        });
      case 'turn.begin':
        return act(inbox, scope, (outflow, effects, { run, isDown }) => {
          outflow.isPublishing = false;
          // What was to go when the link was lost goes when it is back.
          if (isDown || outflow.joining === undefined) return;
          effects.push(...sendFrames(inbox, run, outflow.joining));
          outflow.joining = [];
        });
      case 'wire.finish':
        return act(inbox, scope, (outflow) => {
          outflow.close = params.code;
          closeAfterWaiting(outflow);
        });
      case 'wire.close':
        return act(inbox, scope, (outflow, effects, { run, isDown }) => {
          const { flow, close } = outflow;
          const code = flow.isClosed && close !== null ? close : params.code;
          // What waited goes before it.
          if (!isDown) {
            effects.push(
              ...sendFrames(inbox, run, outflow.joining ?? []),
              sendFrame(inbox, run, { type: 'end', number: flow.sent, isFinal: true, code }),
            );
          }
          if (outflow.joining !== undefined) outflow.joining = [];
          // Nothing is published after it.
          outflow.next = endOf(flow);
        });
      case 'wire.probe':
        return act(inbox, scope, (outflow, effects, host) => {
          if (isSettled(outflow.flow) && outflow.waiting === 0) return;
          if (params.isRound) {
            if (isUnreachable(outflow.flow, missedHeartbeatsMax)) {
              effects.push(tell(inbox, { type: 'peer.unreachable', code: CloseCode.GoingAway, text: '' }));
              return;
            }
            outflow.flow = notePrompted(outflow.flow, outflow.next);
          }
          announce(outflow, host);
        });
      case 'wire.resend':
        return act(inbox, scope, (outflow) => {
          if (outflow.flow.acknowledged <= outflow.next) {
            [outflow.next, outflow.part] = [outflow.flow.acknowledged, 0];
          }
        });
    }
  };

  return {
    command,

    /** What a consumer says. That of another registration, or of what was never sent, is ignored. */
    receive(message: DeliveryMessage & { readonly type: 'grant' | 'resume' | 'cancel' }, scope: HostScope): Effects {
      const { inbox } = message;
      if (message.run !== runOf(scope.notes, inbox)) return [];
      if (message.type === 'cancel') return tell(inbox, { type: 'peer.cancelled', text: '' });
      return act(inbox, scope, (outflow, effects) => {
        if (!isGrantPossible(outflow.flow, message)) return;
        outflow.flow = takeGrant(outflow.flow, message);
        if (outflow.flow.acknowledged > outflow.next) [outflow.next, outflow.part] = [outflow.flow.acknowledged, 0];
        const wasBlocked = outflow.waiting > 0;
        for (; outflow.waiting > 0; outflow.waiting -= 1) {
          const bytes = bytesOf(outflow.flow.sent);
          if (!maySend(outflow.flow, bytes)) break;
          outflow.flow = sendRecord(outflow.flow, bytes);
          outflow.isAsking = false;
        }
        askIfStarved(inbox, outflow, effects);
        if (wasBlocked && outflow.waiting === 0) effects.push(tell(inbox, { type: 'flow.open' }));
        closeAfterWaiting(outflow);
        if (outflow.flow.isClosed && isSettled(outflow.flow)) effects.push(tell(inbox, { type: 'peer.acknowledged' }));
        if (message.type === 'resume') effects.push(tell(inbox, { type: 'peer.resumed' }));
      });
    },

    /** The link is back: what could not be published meanwhile goes out. */
    publishAll: (scope: HostScope): readonly Effect[] =>
      Object.keys(scope.notes)
        .filter((name) => name.startsWith(outflowPrefix))
        .flatMap((name) => {
          const inbox = name.slice(outflowPrefix.length);
          return act(inbox, scope, (outflow, effects, { run }) => {
            if (outflow.joining === undefined || outflow.joining.length === 0) return;
            effects.push(...sendFrames(inbox, run, outflow.joining));
            // The turn in which they were to go may not be over.
            if (!outflow.isPublishing) effects.push(stop(turnOf(inbox)));
            outflow.joining = [];
          });
        }),

    /** The stream is over. */
    forget: (inbox: string): readonly Effect[] => [note(outflowNote(inbox), null), stop(turnOf(inbox))],
  };
}
