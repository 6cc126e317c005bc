import type { TraceEvent, TraceEnd, TraceMessage } from '../../src/trace-events/trace-event.js';
import { planOf, scenarioOf, type Cast } from '../../visualizations/src/simulation/scenarios/index.js';
import { createSimulation } from '../../visualizations/src/simulation/simulation.js';

/** A scenario that was played to its end, and what tests ask of it. */
export interface Played {
  readonly records: readonly TraceEvent[];
  /** The streams that were opened, and the inboxes by which the records know them. */
  readonly streams: readonly { readonly name: string; readonly inbox: string }[];
  /** How the stream of this name ended at this end, in the words of its record; undefined while it has not. */
  readonly end: (system: string, stream: string) => string | undefined;
  /** How many records an end of a stream has handled up to a moment. */
  readonly handled: (system: string, stream: string, untilMs?: number) => number;
  /** The last state of the actor of a stream at one end. */
  readonly state: (system: string, stream: string) => string;
  /** The states that it went through, without repetitions. */
  readonly states: (system: string, stream: string) => readonly string[];
  readonly messages: (op: TraceMessage['op'], kind: string) => readonly TraceMessage[];
  readonly warnings: () => readonly string[];
}

export async function play(
  id: string,
  options: { readonly cast?: Cast; readonly seed?: number } = {},
): Promise<Played> {
  const scenario = scenarioOf(id);
  if (scenario === undefined) throw new Error(`expected a scenario, came ${id}`);
  const simulation = createSimulation(planOf(scenario, options.seed ?? 1, options.cast ?? scenario.cast));
  await simulation.runTo(scenario.lengthMs);
  const records = simulation.take();
  const inboxes = new Map(simulation.streams.map(({ name, inbox }) => [name, inbox]));
  const of = <Type extends TraceEvent['type']>(type: Type) =>
    records.filter((record): record is Extract<TraceEvent, { type: Type }> => record.type === type);

  const states = (system: string, stream: string): readonly string[] => {
    const inbox = inboxes.get(stream);
    const actor = of('actor').find((record) => record.system === system && record.stream === inbox);
    const steps = of('step').filter((record) => record.system === system && record.actor === actor?.actor);
    const values = [actor?.value, ...steps.map(({ value }) => value)].map((value) => outermost(value));
    return values.filter((value, index) => value !== values[index - 1]);
  };

  return {
    records,
    streams: simulation.streams,
    states,
    state: (system, stream) => states(system, stream).at(-1) ?? 'no state',
    end: (system, stream) => {
      const ends = of('end').filter((end) => end.system === system && end.stream === inboxes.get(stream));
      return ends.length === 0 ? undefined : ends.map(textOf).join(', ');
    },
    handled: (system, stream, untilMs = Infinity) =>
      of('counts').findLast(
        (counts) => counts.system === system && counts.stream === inboxes.get(stream) && counts.at <= untilMs,
      )?.records ?? 0,
    messages: (op, kind) => of('message').filter((message) => message.op === op && message.kind === kind),
    warnings: () =>
      of('mark')
        .filter(({ kind }) => kind === 'warning')
        .map(({ text }) => text),
  };
}

function textOf({ reason, code }: TraceEnd): string {
  return `${reason} ${code}`;
}

function outermost(value: unknown): string {
  return typeof value === 'object' && value !== null ? (Object.keys(value)[0] ?? '') : String(value);
}
