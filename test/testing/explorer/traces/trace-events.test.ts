import { expect } from 'chai';
import type { TraceEvent } from '../../../../src/trace-events/trace-event.js';
import { explore, protocolSystem, type ActorView } from '../../../../src/testing/index.js';
import { readerOf } from '../../../../src/testing/protocol/adapter.js';
import { noAnswer, slowAnswer } from '../support/request-system.js';

/** The records of one type, in short. */
function only<Type extends TraceEvent['type']>(records: readonly TraceEvent[], type: Type) {
  return records.filter((record): record is Extract<TraceEvent, { type: Type }> => record.type === type);
}

describe('records of a trace', () => {
  it('begin with the header, and count from 1 without a hole', () => {
    const [header, ...rest] = slowAnswer().toJSON().records;
    expect(header).to.deep.equal({ type: 'run', version: 1, source: 'explored', unit: 'tick', label: 'answered' });
    expect(rest.map((record) => ('seq' in record ? record.seq : 0))).to.deep.equal(rest.map((_, index) => index + 1));
  });

  it('name systems and actors, and each statechart before the first actor that runs it', () => {
    const { records } = slowAnswer().toJSON();
    expect(only(records, 'system').map(({ system, op }) => [system, op])).to.deep.equal([
      ['client', 'start'],
      ['server', 'start'],
    ]);
    expect(only(records, 'actor').map(({ system, actor, value }) => [system, actor, value])).to.deep.equal([
      ['client', 'client', 'idle'],
      ['server', 'server', 'up'],
    ]);
    const told = new Set<string>();
    for (const record of records) {
      if (record.type === 'machine') told.add(record.machine);
      if (record.type === 'actor') expect(told.has(record.machine ?? '')).to.equal(true);
    }
  });

  it('tell each step with its transitions, its state and its commands, at its tick', () => {
    const [go] = only(slowAnswer().toJSON().records, 'step');
    expect(go).to.include({ at: 0, system: 'client', actor: 'client', value: 'asking', status: 'active' });
    expect(go?.event).to.deep.equal({ type: 'go' });
    expect(go?.taken).to.deep.equal([{ source: 'client.idle', index: 0 }]);
    expect(go?.commands).to.deep.equal(['send']);
  });

  it('give a message one id from its sending to its loss or its arrival', () => {
    const messages = only(slowAnswer().toJSON().records, 'message');
    expect(messages.map(({ op, message, from, to, kind, at }) => [at, op, message, from, to, kind])).to.deep.equal([
      [0, 'send', '1', 'client', 'server', 'request'],
      [0, 'drop', '1', 'client', 'server', 'request'],
      [3, 'send', '2', 'client', 'server', 'request'],
      [4, 'deliver', '2', 'client', 'server', 'request'],
      [4, 'send', '3', 'server', 'client', 'reply'],
    ]);
  });

  it('start timers with their ticks, and let them fire before the step that this is', () => {
    const { records } = slowAnswer().toJSON();
    const timers = only(records, 'timer');
    expect(timers[0]).to.include({ op: 'start', at: 0, delay: 'retry', state: 'client.asking', duration: 3 });
    const fired = records.findIndex((record) => record.type === 'timer' && record.op === 'fire');
    expect(records[fired]).to.include({ at: 3, delay: 'retry' });
    expect(records[fired + 1]).to.include({ type: 'step', at: 3, actor: 'client' });
  });

  it('mark where a loop begins, what crashed, and what is violated at the end', () => {
    const { records, reason } = noAnswer().toJSON();
    expect(only(records, 'system').at(-1)).to.include({ system: 'server', op: 'crash' });
    expect(only(records, 'mark').map(({ kind, text }) => [kind, text])).to.deep.equal([
      ['note', 'go'],
      ['loop', 'from here on it repeats for ever'],
      ['violation', reason],
    ]);
  });

  it('tell how each end of a stream ends, once', () => {
    const { violations } = explore(protocolSystem({ records: 1 }), {
      always: {
        'no reader is told the end': ({ consumer }) => consumer?.actors[readerOf('A')]?.matches('told') !== true,
      },
    });
    const records = violations[0]?.toJSON().records ?? [];
    expect(
      only(records, 'end').map(({ system, stream, reason, code }) => [system, stream, reason, code]),
    ).to.deep.equal([
      ['producer', 'A', 'completed', 1000],
      ['consumer', 'A', 'completed', 1000],
    ]);
  });

  it('tell of the end of a stream whose source is cancelled, with the reason', () => {
    const { violations } = explore(protocolSystem({ records: 1 }), {
      always: {
        'no source is cancelled': ({ producer }) =>
          Object.values((producer?.actors ?? {}) as Readonly<Record<string, ActorView | undefined>>).every(
            (actor) => actor?.matches('cancelled') !== true,
          ),
      },
    });
    const records = violations[0]?.toJSON().records ?? [];
    expect(only(records, 'end').map(({ system, reason, code, text }) => [system, reason, code, text])).to.deep.equal([
      ['consumer', 'cancelled', 1006, ''],
      ['producer', 'closed', 1001, 'the consumer no longer reads the stream'],
    ]);
  });

  it('survive JSON', () => {
    const { records } = noAnswer().toJSON();
    expect(JSON.parse(JSON.stringify(records))).to.deep.equal(records);
  });
});
