import type { Arrival, Command, Inflow } from '../../../machines/index.js';
import { note, tell, type Effect } from '../explorer/description/effects.js';
import type { Effects, HostScope } from '../explorer/description/host-adapter.js';
import type { Plain } from '../explorer/description/plain-data.js';
import { currentIdOf, deafNote, readerOf, streamAskedAs } from './adapter.js';
import type { DeliveryTerms } from './delivery-arithmetic.js';
import { sendControl, type DeliveryControl, type DeliveryFrame } from './delivery-messages.js';

/** What a consumer's client keeps of a stream, besides its actor. */
export interface ModelInflow {
  readonly flow: Inflow;
  /** Which registration of the stream it hears; 0 before it has heard any. Others are told to stop. */
  readonly run: number;
  readonly isDetached: boolean;
  /** How many fragments of the next record have come. */
  readonly parts: number;
}

type InflowCommand =
  | Command<'wire.open' | 'wire.resume' | 'wire.catchUp' | 'wire.cancel' | 'reader.detach'>
  | { readonly type: 'reader.take'; readonly params: { readonly id: string } };

export function inflowNote(id: string): string {
  return `inflow ${id}`;
}

/** Says something to the producer; undefined where that is not done now. */
type Say = (control: DeliveryControl, run?: number) => Effect | undefined;

function listOf(effect: Effect | undefined): readonly Effect[] {
  return effect === undefined ? [] : [effect];
}

type Draft = { -readonly [Key in keyof ModelInflow]: ModelInflow[Key] };

/** The consumer's side of extended streams, as `src/delivery/receiver.ts` has it in production. */
export function modelInflows({ window, bytesOf, partsOf, arithmetic }: DeliveryTerms, producer: string) {
  const { beginInflow, closeInflow, consume, grantOf, isGrantDue, isOverrun } = arithmetic;
  const { forgetGap, noteGranted, receiveAnnouncement, receiveBytes, receiveItems } = arithmetic;

  /** One act on what is kept of one stream, and what it brings about. */
  const act = (
    id: string,
    { notes, process }: HostScope,
    perform: (inflow: Draft, effects: Effect[], say: (control: DeliveryControl, run?: number) => Effect) => void,
  ): readonly Effect[] => {
    const known = (notes[inflowNote(id)] ?? undefined) as ModelInflow | undefined;
    if (known === undefined) return [];
    const inflow: Draft = { ...known };
    const effects: Effect[] = [];
    const say = (control: DeliveryControl, run: number = inflow.run): Effect =>
      sendControl(producer, { consumer: process, id: currentIdOf(id, notes), run }, control);
    perform(inflow, effects, say);
    return [note(inflowNote(id), inflow as unknown as Plain), ...effects];
  };

  const command = ({ type, params }: InflowCommand, scope: HostScope): Effects => {
    const { id } = params;
    switch (type) {
      case 'wire.open': {
        const inflow: ModelInflow = { flow: beginInflow(window), run: 0, isDetached: false, parts: 0 };
        return note(inflowNote(id), inflow as unknown as Plain);
      }
      case 'wire.resume':
      case 'wire.catchUp':
        return act(id, scope, (inflow, effects, say) => {
          inflow.flow = noteGranted(type === 'wire.catchUp' ? forgetGap(inflow.flow) : inflow.flow);
          if (inflow.run !== 0) effects.push(say({ type: 'resume', ...grantOf(inflow.flow) }));
        });
      case 'wire.cancel':
        return act(id, scope, (inflow, effects, say) => {
          if (inflow.run !== 0) effects.push(say({ type: 'cancel' }));
        });
      case 'reader.detach':
        return act(id, scope, (inflow) => {
          inflow.isDetached = true;
        });
      case 'reader.take':
        return act(id, scope, (inflow, effects, say) => {
          inflow.flow = consume(inflow.flow, bytesOf(inflow.flow.consumed));
          if (!isGrantDue(inflow.flow)) return;
          inflow.flow = noteGranted(inflow.flow);
          effects.push(say({ type: 'grant', ...grantOf(inflow.flow) }));
        });
    }
  };

  /** What items bring about: the records for the reader, and the edges for the actor. */
  const take = (id: string, inflow: Draft, effects: Effect[], arrival: Arrival, first = 0): void => {
    inflow.flow = arrival.inflow;
    if (arrival.edge !== undefined) effects.push(tell(id, { type: `frame.${arrival.edge}` }));
    const numbers = Array.from({ length: arrival.taken }, (_, index) => first + arrival.skipped + index);
    inflow.flow = receiveBytes(
      inflow.flow,
      numbers.reduce((sum, number) => sum + bytesOf(number), 0),
    );
    if (numbers.length > 0) inflow.parts = 0;
    if (numbers.length > 0 && isOverrun(inflow.flow)) {
      effects.push(tell(id, { type: 'frame.malformed', text: '' }));
      return;
    }
    for (const number of numbers) effects.push(tell(readerOf(id), { type: 'record', number }));
  };

  const takePart = (
    id: string,
    inflow: Draft,
    effects: Effect[],
    { number, index }: DeliveryFrame & { readonly type: 'part' },
  ): void => {
    const { next } = inflow.flow;
    if (number < next) return;
    if (number === next && index === 0) inflow.parts = 0;
    if (number > next || index > inflow.parts) {
      // A part before this one is missing, so the record as a whole is.
      take(id, inflow, effects, receiveItems(inflow.flow, next + 1, 1));
    } else if (index === inflow.parts) {
      inflow.parts += 1;
      if (inflow.parts === partsOf(number)) take(id, inflow, effects, receiveItems(inflow.flow, number, 1), number);
    }
  };

  const receiveFrame = (
    id: string,
    run: number,
    frame: DeliveryFrame,
    inflow: Draft,
    effects: Effect[],
    say: Say,
  ): void => {
    const isFirst = inflow.run === 0;
    if (isFirst) inflow.run = run;
    if (frame.type === 'announcement' ? inflow.run === run && !inflow.isDetached : isFirst) {
      effects.push(tell(id, { type: 'frame.announced' }));
    }
    // Any frame is a sign of life, and so is what is dropped while cancelling.
    if (!isFirst) effects.push(tell(id, { type: inflow.isDetached ? 'frame.data' : 'heartbeat.alive' }));
    if (inflow.run !== run) {
      effects.push(...listOf(say({ type: 'cancel' }, run)));
    } else if (inflow.isDetached) {
      if (frame.type === 'announcement') effects.push(...listOf(say({ type: 'cancel' })));
      if (frame.type === 'end') effects.push(tell(id, { type: 'frame.close', code: frame.code, text: '' }));
    } else if (frame.type === 'announcement') {
      take(id, inflow, effects, receiveAnnouncement(inflow.flow, frame.end, frame.isWanting));
      if (inflow.flow.isRecovering) return;
      inflow.flow = noteGranted(inflow.flow);
      effects.push(...listOf(say({ type: 'grant', ...grantOf(inflow.flow) })));
    } else if (frame.type === 'records') {
      take(id, inflow, effects, receiveItems(inflow.flow, frame.first, frame.count), frame.first);
    } else if (frame.type === 'part') {
      takePart(id, inflow, effects, frame);
    } else if (frame.isFinal && frame.number > inflow.flow.next) {
      effects.push(tell(id, { type: 'frame.lost', code: frame.code, text: '' }));
    } else {
      const arrival = receiveItems(inflow.flow, frame.number, 1);
      take(id, inflow, effects, { ...arrival, taken: 0 });
      if (arrival.taken === 0) return;
      inflow.flow = noteGranted(closeInflow(inflow.flow));
      effects.push(
        ...listOf(say({ type: 'grant', ...grantOf(inflow.flow) })),
        tell(id, { type: 'frame.close', code: frame.code, text: '' }),
      );
    }
  };

  return {
    command,

    receive(
      message: (DeliveryFrame | { readonly type: 'joined'; readonly frames: readonly DeliveryFrame[] }) & {
        readonly id: string;
        readonly run: number;
      },
      scope: HostScope,
    ): Effects {
      const { run } = message;
      const id = streamAskedAs(message.id, scope.notes);
      if (id === undefined || scope.notes[deafNote] === true) return [];
      return act(id, scope, (inflow, effects, say) => {
        if (message.type !== 'joined') {
          receiveFrame(id, run, message, inflow, effects, say);
          return;
        }
        // What is said of them is said once, when the last one was taken; but for word that nobody reads.
        const due: DeliveryControl[] = [];
        const sayOnce: Say = (control, of) => {
          if (control.type === 'cancel') return say(control, of);
          due.push(control);
          return undefined;
        };
        for (const frame of message.frames) receiveFrame(id, run, frame, inflow, effects, sayOnce);
        if (due.length === 0) return;
        inflow.flow = noteGranted(inflow.flow);
        // The machine asks for what is missing, when it hears of the gap.
        if (inflow.flow.isRecovering) return;
        effects.push(...listOf(say({ type: 'grant', ...grantOf(inflow.flow) })));
      });
    },

    /** The stream is over. */
    forget: (id: string): Effect => note(inflowNote(id), null),
  };
}
