import { expect } from 'chai';
import fc from 'fast-check';
import { matchesState } from 'xstate';
import {
  consumerClientMachine,
  listOf,
  type Command,
  type ConsumerClientContext,
  type HeartbeatContext,
  type ProducerClientContext,
} from '../../machines/index.js';
import { advance, begin, type Snapshot, type StepEvent } from '../support/transitions.js';
import { consumerClientEvents, everyRun, paramsOf, subjects } from './random-runs.js';
import { seed } from '../support/seed.js';

function toldTypes(steps: readonly { readonly commands: readonly Command[] }[]): readonly string[] {
  return paramsOf('actor.tell', steps).map(({ event }) => event.type);
}

describe(`machines: invariants of random runs (SEED=${seed})`, () => {
  for (const [name, subject] of Object.entries(subjects)) {
    describe(name, () => {
      it('is never broken by an event of its own, and keeps a context of plain JSON', () => {
        everyRun(subject, (steps) => {
          for (const { snapshot } of steps) {
            expect(snapshot.status).to.be.oneOf(['active', 'done']);
            expect(JSON.parse(JSON.stringify(snapshot.context))).to.deep.equal(snapshot.context);
          }
        });
      });

      it('is never broken by an event of another machine', () => {
        const events = fc.oneof(...Object.values(subjects).map((other) => other.events));
        everyRun({ ...subject, events }, (steps) => {
          for (const { snapshot } of steps) expect(snapshot.status).to.be.oneOf(['active', 'done']);
        });
      });

      it('does nothing more once it is done', () => {
        everyRun(subject, (steps) => {
          for (const { before, commands } of steps) {
            if (before?.status === 'done') expect(commands).to.deep.equal([]);
          }
        });
      });

      it('does the same twice', () => {
        everyRun(subject, (steps) => {
          for (const { before, event, snapshot, commands } of steps) {
            if (before === undefined || event === undefined) continue;
            const again = advance(subject.machine, before, event);
            expect(again.commands).to.deep.equal(commands);
            expect(again.snapshot.value).to.deep.equal(snapshot.value);
            expect(again.snapshot.context).to.deep.equal(snapshot.context);
          }
        });
      });
    });
  }

  describe('consumerStream', () => {
    const isRead = ({ value }: Snapshot) => typeof value === 'object';

    it('ends its reader exactly once, as it leaves opening or active, and is not live from then on', () => {
      everyRun(subjects.consumerStream, (steps) => {
        const left = isRead(steps[steps.length - 1]!.snapshot) ? 0 : 1;
        expect(paramsOf('reader.end', steps)).to.have.lengthOf(left);
        for (const step of steps.filter(({ commands }) => commands.some(({ type }) => type === 'reader.end'))) {
          expect(isRead(step.before!) && !isRead(step.snapshot)).to.equal(true);
          expect(toldTypes([step])).to.deep.equal([step.snapshot.status === 'done' ? 'stream.closed' : 'stream.left']);
        }
      });
    });

    it('tells its client once that it is over, exactly when it is', () => {
      everyRun(subjects.consumerStream, (steps) => {
        const closed = steps[steps.length - 1]!.snapshot.status === 'done' ? 1 : 0;
        expect(toldTypes(steps).filter((type) => type === 'stream.closed')).to.have.lengthOf(closed);
      });
    });

    it('delivers nothing after the end of its reader, and attaches only before it', () => {
      everyRun(subjects.consumerStream, (steps) => {
        const types = steps.flatMap(({ commands }) => commands.map(({ type }) => type));
        const end = types.indexOf('reader.end');
        const after = end < 0 ? [] : types.slice(end);
        expect(after).to.not.include.members(['reader.deliver']);
        expect(after).to.not.include.members(['reader.attach']);
        expect(types.filter((type) => type === 'reader.attach').length).to.be.at.most(1);
      });
    });

    it('publishes its request once at most, and before anything is delivered', () => {
      everyRun(subjects.consumerStream, (steps) => {
        const types = steps.flatMap(({ commands }) => commands.map(({ type }) => type));
        expect(types.filter((type) => type === 'wire.open').length).to.be.at.most(1);
        const delivered = types.indexOf('reader.deliver');
        if (delivered >= 0) expect(types.indexOf('wire.open')).to.be.within(0, delivered);
      });
    });

    it('changes nothing at a record between attach and detach, so that the host need not ask', () => {
      everyRun(subjects.consumerStream, (steps) => {
        for (const { before, event, snapshot, commands } of steps) {
          if (event?.type !== 'frame.data' || before === undefined || !matchesState('active', before.value)) continue;
          expect(snapshot.value).to.deep.equal(before.value);
          expect(snapshot.context).to.deep.equal(before.context);
          expect(commands).to.deep.equal([{ type: 'reader.deliver', params: { id: 's1' } }]);
        }
      });
    });
  });

  describe('consumerClient', () => {
    /** Ids are opened once: the random source of ids promises it. */
    function openedOnce(sequence: readonly StepEvent[]): readonly StepEvent[] {
      const seen = new Set<string>();
      return sequence.filter((event) => {
        if (event.type !== 'app.open') return true;
        const isNew = !seen.has(event.id);
        seen.add(event.id);
        return isNew;
      });
    }

    it('never takes an id for live again that is not live, and reports exactly those that are not', () => {
      fc.assert(
        fc.property(fc.array(consumerClientEvents, { maxLength: 40 }), (random) => {
          const dead = new Set<string>();
          const live = new Set<string>();
          /** Streams that were asked again: the ids here are those of their first requests. */
          const renewed = new Set<string>();
          let { snapshot } = begin(consumerClientMachine);
          for (const event of openedOnce(random)) {
            const step = advance(consumerClientMachine, snapshot, event);
            for (const { id } of paramsOf('actor.spawn', [step])) if (!dead.has(id)) live.add(id);
            if ((event.type === 'stream.left' || event.type === 'stream.closed') && snapshot.status === 'active') {
              if (live.delete(event.id)) dead.add(event.id);
            }
            if (event.type === 'stream.renewed' && live.has(event.id)) renewed.add(event.id);
            if (event.type === 'heartbeat.requested') {
              for (const { reported } of paramsOf('wire.answer', [step])) {
                expect(reported).to.deep.equal(
                  event.streams.filter(({ streamId: id }) => !live.has(id) || renewed.has(id)),
                );
              }
            }
            snapshot = step.snapshot;
            const { streams } = snapshot.context as ConsumerClientContext;
            const believed = listOf(streams)
              .filter((stream) => stream.live)
              .map(({ id }) => id);
            expect(believed).to.deep.equal(Array.from(live).sort());
          }
        }),
        { seed, numRuns: 300 },
      );
    });

    it('answers each heartbeat request until it is over, drained or not, up or down', () => {
      everyRun(subjects.consumerClient, (steps) => {
        for (const step of steps) {
          if (step.event?.type !== 'heartbeat.requested') continue;
          expect(paramsOf('wire.answer', [step])).to.have.lengthOf(step.before?.status === 'active' ? 1 : 0);
        }
      });
    });

    it('gives its subscriptions back exactly once, as it ends', () => {
      everyRun(subjects.consumerClient, (steps) => {
        const closed = steps[steps.length - 1]!.snapshot.status === 'done' ? 1 : 0;
        expect(paramsOf('client.release', steps)).to.have.lengthOf(closed);
      });
    });
  });

  describe('producerStream', () => {
    it('starts its source once and closes once at most, and publishes nothing after the close', () => {
      everyRun(subjects.producerStream, (steps) => {
        const types = steps.flatMap(({ commands }) => commands.map(({ type }) => type));
        expect(types.filter((type) => type === 'source.start')).to.have.lengthOf(1);
        expect(types.filter((type) => type === 'wire.close').length).to.be.at.most(1);
        const close = types.indexOf('wire.close');
        if (close >= 0) expect(types.slice(close)).to.not.include.members(['wire.data']);
      });
    });

    it('closes with 1000 only where the source itself ended', () => {
      everyRun(subjects.producerStream, (steps) => {
        for (const step of steps) {
          for (const { code } of paramsOf('wire.close', [step])) {
            expect(code === 1000).to.equal(step.event?.type === 'source.ended');
          }
        }
      });
    });

    it('cancels its source exactly where the end is not the source’s own', () => {
      everyRun(subjects.producerStream, (steps) => {
        for (const step of steps) {
          const ends =
            step.before?.status === 'active' &&
            (step.snapshot.status === 'done' || step.snapshot.value === 'unreachable') &&
            step.before.value !== 'finishing' &&
            step.before.value !== 'unreachable';
          const own = step.event?.type === 'source.ended' || step.event?.type === 'source.failed';
          expect(paramsOf('source.cancel', [step])).to.have.lengthOf(ends && !own ? 1 : 0);
        }
      });
    });
  });

  describe('producerClient', () => {
    it('has one heartbeat for each consumer with streams, and none for another', () => {
      everyRun(subjects.producerClient, (steps) => {
        const beating = new Set<string>();
        for (const step of steps) {
          for (const { machine, id } of paramsOf('actor.spawn', [step])) {
            if (machine !== 'heartbeat') continue;
            expect(beating.has(id)).to.equal(false);
            beating.add(id);
          }
          for (const { id } of paramsOf('actor.stop', [step])) expect(beating.delete(id)).to.equal(true);
          const { streams, consumers } = step.snapshot.context as ProducerClientContext;
          expect(Array.from(beating).sort()).to.deep.equal(listOf(consumers).map(({ id }) => id));
          for (const { id, streams: count } of listOf(consumers)) {
            expect(listOf(streams).filter(({ consumerId }) => consumerId === id)).to.have.lengthOf(count);
          }
        }
      });
    });

    it('starts a stream that is registered no second time', () => {
      everyRun(subjects.producerClient, (steps) => {
        for (const step of steps) {
          const { streams } = (step.before?.context ?? { streams: [] }) as ProducerClientContext;
          for (const { id } of paramsOf('actor.spawn', [step])) {
            expect(listOf(streams).map((stream) => stream.id)).to.not.include(id);
          }
        }
      });
    });
  });

  describe('heartbeat', () => {
    it('keeps the misses below its limit, and loses streams exactly where the next one reaches it', () => {
      everyRun(subjects.heartbeat, (steps, input) => {
        const { missedHeartbeatsMax } = input as { readonly missedHeartbeatsMax: number };
        for (const step of steps) {
          const { misses } = step.snapshot.context as HeartbeatContext;
          expect(misses).to.be.within(0, missedHeartbeatsMax - 1);
          if (toldTypes([step]).includes('heartbeat.lost')) expect(misses).to.equal(missedHeartbeatsMax - 1);
        }
      });
    });

    it('judges only what its request listed', () => {
      everyRun(subjects.heartbeat, (steps) => {
        for (const step of steps) {
          const { asked } = (step.before?.context ?? { asked: [] }) as HeartbeatContext;
          const judged = paramsOf('actor.tell', [step]).flatMap(({ to }) => to);
          expect(judged).to.have.members(judged.length === 0 ? [] : listOf(asked).map(({ id }) => id));
        }
      });
    });

    it('asks for its own streams alone, and never for none', () => {
      everyRun(subjects.heartbeat, (steps) => {
        for (const step of steps) {
          const { streams } = step.snapshot.context as HeartbeatContext;
          for (const ask of paramsOf('wire.ask', [step])) {
            expect(ask.streams).to.have.length.greaterThan(0);
            expect(listOf(streams).map((stream) => stream.streamId)).to.include.members(
              ask.streams.map((stream) => stream.streamId),
            );
          }
        }
      });
    });

    it('keeps what is fresh and what is asked sorted, and what is fresh registered', () => {
      everyRun(subjects.heartbeat, (steps) => {
        for (const { snapshot } of steps) {
          const { streams, fresh, asked } = snapshot.context as HeartbeatContext;
          for (const entries of [streams, fresh, asked]) {
            const ids = listOf(entries).map(({ id }) => id);
            expect(ids).to.deep.equal(Array.from(new Set(ids)).sort());
          }
          expect(listOf(streams)).to.deep.include.members([...listOf(fresh)]);
        }
      });
    });
  });
});
