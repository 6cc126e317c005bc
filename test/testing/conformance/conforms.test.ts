import { expect } from 'chai';
import { compileWith } from '../../../src/testing/explorer/description/compile-system.js';
import { traceEvents } from '../../../src/testing/explorer/traces/trace-events.js';
import {
  conforms,
  createRandom,
  deliverySystem,
  protocolSystem,
  simulate,
  type ConformanceRule,
  type ConformsOptions,
  type System,
} from '../../../src/testing/index.js';
import {
  readJsonLines,
  toJsonLine,
  type TraceEvent,
  type TraceMessage,
  type TraceStep,
} from '../../../src/tracing/index.js';
import { seed } from '../../support/seed.js';
import { pairDelays, tracePair, type TracedPairOptions } from '../../support/traced-pair.js';

const faults = { drop: 1, duplicate: 1, cut: 1, crash: 1 };
const protocol = protocolSystem({ faults });
const asInTicks = { drop: 1, duplicate: 1, cut: 1, crash: 1, late: { max: 1, ticks: 1 } };

const check = (trace: readonly TraceEvent[], options: ConformsOptions = { delays: pairDelays }) =>
  conforms(trace, protocol, options);

/** As if nothing had been left out. */
function numbered(trace: readonly TraceEvent[]): readonly TraceEvent[] {
  return trace.map((event, index) => (event.type === 'run' ? event : { ...event, seq: index }));
}

function without(trace: readonly TraceEvent[], index: number): readonly TraceEvent[] {
  return numbered(trace.filter((_, place) => place !== index));
}

function changed<Type extends TraceEvent['type']>(
  trace: readonly TraceEvent[],
  type: Type,
  matches: (event: Extract<TraceEvent, { type: Type }>) => boolean,
  change: (event: Extract<TraceEvent, { type: Type }>) => TraceEvent | readonly TraceEvent[],
): readonly TraceEvent[] {
  const index = find(trace, type, matches);
  const event = trace[index] as Extract<TraceEvent, { type: Type }>;
  return numbered([...trace.slice(0, index), change(event), ...trace.slice(index + 1)].flat());
}

function find<Type extends TraceEvent['type']>(
  trace: readonly TraceEvent[],
  type: Type,
  matches: (event: Extract<TraceEvent, { type: Type }>) => boolean,
): number {
  const index = trace.findIndex(
    (event) => event.type === type && matches(event as Extract<TraceEvent, { type: Type }>),
  );
  if (index === -1) throw new Error(`expected a ${type} in the trace, found none`);
  return index;
}

const isStep = (type: string) => (step: TraceStep) => step.event.type === type;
const isSent = (kind: string) => (message: TraceMessage) => message.kind === kind && message.op === 'send';
const isDelivered = (kind: string) => (message: TraceMessage) => message.kind === kind && message.op === 'deliver';

describe('conforms: traces against the machines', () => {
  describe('what really happens conforms', () => {
    const kinds: readonly (readonly [string, Omit<TracedPairOptions, 'seed'>])[] = [
      ['plain streams', {}],
      ['streams with delivery', { offerDelivery: true }],
      ['losses and repetitions', { faults: { loss: 0.05, duplicate: 0.05 } }],
      ['losses and repetitions with delivery', { offerDelivery: true, faults: { loss: 0.05, duplicate: 0.05 } }],
      ['a network that is cut', { offerDelivery: true, isCut: true }],
      ['a connection that is lost', { losesLink: true }],
      ['a connection that is lost, with delivery', { offerDelivery: true, losesLink: true }],
      ['few messages of records told', { offerDelivery: true, dataMessagesPerSecond: 20 }],
      ['somebody who listens late', { offerDelivery: true, listenAtMs: 700 }],
      ['contexts that are told in part', { offerDelivery: true, streams: 40, entriesMax: 3, charactersMax: 12 }],
    ];
    for (const [name, options] of kinds) {
      it(name, async () => {
        for (const seed of [1, 2, 3]) {
          const trace = await tracePair({ seed, ...options });
          const { counts } = check(trace).assert();
          expect(counts.steps).to.be.greaterThan(50);
        }
      });
    }

    it('walks through the model of the protocol, with every fault', () => {
      const systems: readonly System<unknown>[] = [
        protocolSystem({ streams: 2, delay: 1, faults: asInTicks }),
        deliverySystem({ delay: 1, faults: asInTicks }),
      ];
      for (const system of systems) {
        const compiled = compileWith(system.config, {});
        for (let seed = 1; seed <= 25; seed += 1) {
          const walk = simulate(system as System, { seed, steps: 150 });
          const { counts } = conforms(traceEvents(compiled, walk.trace(), { label: `${seed}` }), system).assert();
          expect(counts.judged).to.equal(counts.steps);
        }
      }
    });

    it('a trace as a file, and one of a reader who knows fields that are not known here', async () => {
      const trace = await tracePair({ seed: 4, offerDelivery: true });
      const text = trace.map((event) => toJsonLine({ ...event, later: [{}] } as unknown as TraceEvent)).join('');
      const unknown = `${JSON.stringify({ type: 'later', seq: trace.length, at: 20_000 })}\n`;
      check(readJsonLines(text + unknown)).assert();
    });
  });

  describe('what cannot be is found, with its place and with what could', () => {
    let plain: readonly TraceEvent[] = [];
    let extended: readonly TraceEvent[] = [];
    before(async () => {
      plain = await tracePair({ seed: 1 });
      extended = await tracePair({ seed: 1, offerDelivery: true });
    });

    const expectFound = (trace: readonly TraceEvent[], rule: ConformanceRule, reason: RegExp) => {
      const { violation, ok } = check(trace);
      expect(ok).to.equal(false);
      expect(violation?.reason).to.match(reason);
      expect(violation?.rule).to.equal(rule);
      expect(trace[violation?.index ?? -1]).to.equal(violation?.event);
    };

    it('a state that the machine does not go to', () => {
      const trace = changed(plain, 'step', isStep('frame.data'), (step) => ({ ...step, value: 'cancelling' }));
      expectFound(trace, 'step', /expected frame.data to lead to .*listening.*, came cancelling/);
    });

    it('a context that the machine does not have', () => {
      const trace = changed(plain, 'step', isStep('stream.added'), (step) => ({
        ...step,
        context: { ...(step.context as object), misses: 1 },
      }));
      expectFound(trace, 'step', /the context after stream.added: misses: expected 0, came 1/);
    });

    it('a change of the context that is not told', () => {
      const trace = changed(plain, 'step', isStep('stream.added'), ({ context: _, ...step }) => step);
      expectFound(trace, 'step', /to change the context, came none/);
    });

    it('a command that the machine does not give, and one that is not told', () => {
      const more = changed(plain, 'step', isStep('frame.data'), (step) => ({
        ...step,
        commands: [...step.commands, 'wire.cancel'],
      }));
      expectFound(more, 'step', /expected the commands reader.deliver, reader.attach, came .*wire.cancel/);
      const fewer = changed(plain, 'step', isStep('frame.data'), (step) => ({ ...step, commands: [] }));
      expectFound(fewer, 'step', /came none/);
    });

    it('an actor that starts elsewhere than its machine', () => {
      const isNew = (step: TraceStep) => step.event.type === 'xstate.init' && step.actor !== 'client';
      const trace = changed(plain, 'step', isNew, (step) => ({ ...step, value: { opening: 'unsent' } }));
      expectFound(trace, 'step', /expected it to start in .*waiting/);
    });

    it('an actor that nobody has made, and one that is not made', () => {
      const isNew = ({ actor }: { readonly actor: string }) => actor !== 'client';
      const index = find(plain, 'actor', isNew);
      const rest = numbered(
        plain.filter((event) => !('actor' in event) || event.actor !== (plain[index] as TraceStep).actor),
      );
      expectFound(rest, 'command', /the actor .* to be made first|no open that no actor has asked for/);
      const twice = changed(
        plain,
        'step',
        (step) => step.event.type === 'xstate.init' && step.actor !== 'client',
        (step) => {
          const born = plain[index] as Extract<TraceEvent, { type: 'actor' }>;
          return [step, { ...born, actor: 'stranger' }, { ...step, actor: 'stranger' }];
        },
      );
      expectFound(twice, 'actor', /expected no actor stranger/);
    });

    it('an event that an actor was told and does not take, and one that it takes untold', () => {
      const index = find(plain, 'step', isStep('heartbeat.confirmed'));
      expectFound(
        without(plain, index),
        'command',
        /expected .* to take heartbeat.confirmed first, which .* has told it/,
      );
      const twice = changed(plain, 'step', isStep('heartbeat.alive'), (step) => [step, step]);
      expectFound(twice, 'cause', /expected client to have told .* of heartbeat.alive/);
      const fromNobody = changed(plain, 'step', isStep('heartbeat.alive'), ({ from: _, ...step }) => [step, step]);
      expectFound(fromNobody, 'cause', /to be told heartbeat.alive by another actor first/);
    });

    it('a message that is not sent, though a command has asked for it', () => {
      for (const kind of ['open', 'heartbeat', 'answer', 'close']) {
        const index = find(plain, 'message', isSent(kind));
        expectFound(without(plain, index), 'command', /to be sent at once, as .* has asked/);
      }
    });

    it('a message that no command has asked for', () => {
      for (const kind of ['open', 'heartbeat', 'answer']) {
        const twice = changed(plain, 'message', isSent(kind), (message) => [message, message]);
        expectFound(twice, 'command', new RegExp(`expected no ${kind} that no actor has asked for`));
      }
    });

    it('a close with another code than the machine has said', () => {
      const trace = changed(plain, 'message', isSent('close'), (message) => ({ ...message, text: '1011' }));
      expectFound(trace, 'command', /expected a close with \d+ to .*, came one with 1011/);
    });

    it('an event without the message that brings it', () => {
      const answers = find(plain, 'message', isDelivered('answer'));
      expectFound(without(plain, answers), 'cause', /expected an answer to the last request/);
      const heartbeat = find(plain, 'message', isDelivered('heartbeat'));
      expectFound(without(plain, heartbeat), 'cause', /expected a heartbeat request to arrive before/);
      const first = plain[find(plain, 'step', isStep('frame.data'))] as TraceStep;
      const data = find(
        plain,
        'message',
        (one) => isDelivered('data')(one) && one.stream?.endsWith(first.actor) === true,
      );
      expectFound(without(plain, data), 'cause', /expected a record to arrive before frame.data/);
      const nobody = find(plain, 'message', isDelivered('noResponders'));
      expectFound(without(plain, nobody), 'cause', /expected the server's word that nobody listens/);
    });

    it('a message that was delivered and that nobody has sent', () => {
      const trace = changed(plain, 'message', isDelivered('open'), (message) => [
        message,
        { ...message, message: 'forged open' },
      ]);
      expectFound(trace, 'message', /expected a message that consumer has sent, came open forged open/);
    });

    it('a message that comes twice, or out of order, where the network does neither', () => {
      const none = { faults: {}, delays: pairDelays };
      const twice = changed(plain, 'message', isDelivered('open'), (message) => [message, message]);
      expect(conforms(twice, protocol, none).violation?.reason).to.match(/expected open .* once, came another one/);
      expect(check(twice).ok).to.equal(true);
      expect(check(twice).counts.repeated).to.equal(1);
    });

    it('a timer that fires early, late or not at all, and one of another length', () => {
      const isFired = (timer: Extract<TraceEvent, { type: 'timer' }>) => timer.op === 'fire';
      const isStarted = (timer: Extract<TraceEvent, { type: 'timer' }>) =>
        timer.op === 'start' && timer.delay === 'heartbeatInterval';
      const early = changed(plain, 'timer', isStarted, (timer) => ({ ...timer, at: timer.at + 1 }));
      expectFound(early, 'timer', /came it 1 ms early/);
      const late = changed(plain, 'timer', isStarted, (timer) => ({ ...timer, at: timer.at - 1 }));
      expectFound(late, 'timer', /came it 1 ms late/);
      const fired = plain[find(plain, 'timer', isFired)] as Extract<TraceEvent, { type: 'timer' }>;
      const isThen = (event: TraceEvent) =>
        'at' in event &&
        event.at === fired.at &&
        ('system' in event ? event.system : 'from' in event && event.from) === 'producer';
      expectFound(
        numbered(plain.filter((event) => !isThen(event))),
        'timer',
        /expected .* of .* at .*, came something else/,
      );
      const longer = changed(plain, 'timer', isStarted, (timer) => ({ ...timer, duration: 1_001 }));
      expectFound(longer, 'timer', /expected heartbeatInterval to take 1000 ms, came 1001/);
      const twice = changed(plain, 'timer', isFired, (timer) => [timer, timer]);
      expectFound(twice, 'timer', /expected a timer that runs/);
    });

    it('records that the machine has not let through, and records that were lost behind it', () => {
      const first = plain[find(plain, 'step', isStep('frame.data'))] as TraceStep;
      const isCounted = ({ actor, system }: { readonly actor: string; readonly system: string }) =>
        system === 'consumer' && actor === first.actor;
      const count = plain[find(plain, 'counts', isCounted)] as Extract<TraceEvent, { type: 'counts' }>;
      const opens = find(plain, 'step', ({ event, actor }) => event.type === 'xstate.init' && actor === count.actor);
      const early = numbered([
        ...plain.slice(0, opens + 1),
        { ...count, at: plain[opens + 1] === undefined ? 0 : 40 },
        ...plain.slice(opens + 1),
      ]);
      expectFound(early, 'records', /expected at most 0 records of a stream of which its gate is not open/);
      const fewer = changed(plain, 'counts', isCounted, (counts) => ({ ...counts, records: 0 }));
      expectFound(fewer, 'records', /expected 1 records to be handed to the reader/);
    });

    it('a frame that the machine is asked about although it has opened the gate', () => {
      const index = find(plain, 'step', isStep('frame.data'));
      const asked = plain[index] as TraceStep;
      const again = numbered([
        ...plain.slice(0, index + 1),
        { ...asked, commands: ['reader.deliver'] },
        ...plain.slice(index + 1),
      ]);
      expectFound(again, 'cause', /expected no record to be asked about/);
    });

    it('what a stream with delivery leaves unsaid', () => {
      // It may share its message with records.
      const isAnnouncing = ({ op, kind, frames = [kind] }: TraceMessage) =>
        op === 'send' && frames.includes('announcement');
      const announcement = find(extended, 'message', isAnnouncing);
      expectFound(without(extended, announcement), 'command', /expected an announcement to be sent at once/);
      const cancel = find(extended, 'message', isSent('cancel'));
      expectFound(without(extended, cancel), 'command', /expected word that nobody reads to be sent at once/);
    });

    it(`in every place: a step that is left out in secret is found (seed ${seed})`, () => {
      const random = createRandom(seed);
      const steps = plain.flatMap((event, index) =>
        event.type === 'step' && event.taken.length > 0 && event.event.type !== 'heartbeat.alive' ? [index] : [],
      );
      for (let times = 0; times < 40; times += 1) {
        const index = steps[random.integer(0, steps.length - 1)] ?? 0;
        const step = plain[index] as TraceStep;
        // What came last has nothing behind it.
        const isLast = !plain.slice(index + 1).some((event) => event.type === 'message' && event.op === 'deliver');
        if (isLast) continue;
        expect(check(without(plain, index)).ok, `${index}: ${step.actor} ${step.event.type}`).to.equal(false);
      }
    });
  });
});
