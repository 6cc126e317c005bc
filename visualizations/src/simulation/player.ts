import type { PlayerCommand, PlayerReport } from './messages.js';
import { scenarioOf } from './scenarios/index.js';
import { createSimulation, type Simulation } from './simulation.js';
import { forkedAt, planOfStory, withOwnDeed, type Story } from './story.js';

/** Plays stories in the time of a wall clock, and hands over their records. */
export interface Player {
  /** Commands are carried out one after the other. Resolves when this one is. */
  command(command: PlayerCommand): Promise<void>;
  /** So much time has passed on the wall. Does nothing while a command, or the time before, is still under way. */
  pass(wallMs: number): Promise<void>;
}

/** Time that the simulation makes up at most, where the page was asleep. Milliseconds on the wall. */
const wallMsMax = 250;

/** What a fast simulation may run at once, so that commands are heard between. Milliseconds of the simulation. */
const stepMsMax = 5_000;

export function createPlayer(report: (what: PlayerReport) => void): Player {
  let story: Story | undefined;
  let simulation: Simulation | undefined;
  let run = 0;
  let isPlaying = false;
  let speed = 1;
  let isOver = false;
  let underWay: Promise<void> = Promise.resolve();
  let isBusy = false;
  /** Time that has passed on the wall and not in the simulation yet. */
  let owedMs = 0;

  const tell = (): void => {
    if (simulation === undefined || story === undefined) return;
    const events = simulation.take();
    if (events.length > 0) report({ type: 'records', run, records: events });
    const { nowMs, peers, streams } = simulation;
    report({ type: 'time', time: nowMs });
    report({ type: 'state', state: { story, nowMs, isPlaying, speed, isOver, peers, streams } });
  };

  const start = async (next: Story, at: number): Promise<void> => {
    const plan = planOfStory(next);
    story = next;
    run += 1;
    isOver = at >= lengthOf(next);
    simulation = createSimulation(plan);
    report({ type: 'run', run, story: next });
    await simulation.runTo(at);
  };

  const perform = async (command: PlayerCommand): Promise<void> => {
    switch (command.type) {
      case 'start':
        isPlaying = true;
        await start(command.story, 0);
        return;
      case 'play':
        isPlaying = simulation !== undefined;
        return;
      case 'pause':
        isPlaying = false;
        return;
      case 'speed':
        if (!(command.speed > 0 && command.speed <= 1_000)) {
          throw new RangeError(`speed: expected more than 0 and at most 1000, came ${command.speed}`);
        }
        speed = command.speed;
        return;
      case 'act': {
        if (simulation === undefined || story === undefined) return;
        const deed = await simulation.act(command.deed);
        story = withOwnDeed(story, deed);
        return;
      }
      case 'fork': {
        if (simulation === undefined || story === undefined) return;
        const at = Math.floor(Math.min(Math.max(0, command.at), simulation.nowMs));
        isPlaying = false;
        await start(forkedAt(story, at), at);
      }
    }
  };

  /** One thing after the other: a simulation runs once at a time. */
  const inTurn = (what: () => Promise<void>): Promise<void> => {
    underWay = underWay.then(async () => {
      isBusy = true;
      try {
        await what();
      } catch (error) {
        report({ type: 'error', text: error instanceof Error ? error.message : String(error) });
      } finally {
        isBusy = false;
        tell();
      }
    });
    return underWay;
  };

  return {
    command: (command) => inTurn(() => perform(command)),
    pass: async (wallMs) => {
      if (!isPlaying || isBusy || simulation === undefined) return;
      await inTurn(async () => {
        if (simulation === undefined || story === undefined) return;
        const length = lengthOf(story);
        owedMs += Math.min(wallMs, wallMsMax) * speed;
        // Whole milliseconds, so that the moments of a story can be told in an address.
        const step = Math.floor(Math.min(stepMsMax, owedMs));
        owedMs -= owedMs > stepMsMax ? owedMs : step;
        // A story stops at its end, so that one can look at it; whoever plays on sees what comes.
        const until = isOver ? simulation.nowMs + step : Math.min(length, simulation.nowMs + step);
        await simulation.runTo(until);
        if (!isOver && until >= length) {
          isOver = true;
          isPlaying = false;
        }
      });
    },
  };
}

/** How long the story takes. One that goes on by hand has no end. */
function lengthOf({ scenario, until }: Story): number {
  return until === undefined ? (scenarioOf(scenario)?.lengthMs ?? Infinity) : Infinity;
}
