import type { EndReason } from '../../index.js';

/** What happens to one stream of the demo, and how it must end. */
export interface Scene {
  readonly about: string;
  readonly reason: EndReason;
  readonly code: number;
  /** The states that the actor of each side walks through. */
  readonly consumer: readonly string[];
  readonly producer: readonly string[];
}

/** How many records the reader of a stream takes before something happens to it. */
export const recordsBeforeTheTurn = 20;

export const scenes = {
  whole: {
    about: 'the log from its first line to its last',
    reason: 'completed',
    code: 1000,
    consumer: ['opening', 'active', 'closed'],
    producer: ['opening', 'active', 'finishing', 'closed'],
  },
  tail: {
    about: `lines without end; the reader leaves after ${recordsBeforeTheTurn} records`,
    reason: 'cancelled',
    code: 1006,
    consumer: ['opening', 'active', 'cancelling', 'closed'],
    producer: ['opening', 'active', 'closed'],
  },
  killed: {
    about: `lines without end; the producer is killed after ${recordsBeforeTheTurn} records`,
    reason: 'producerSilent',
    code: 1006,
    consumer: ['opening', 'active', 'cancelling', 'closed'],
    producer: ['opening', 'active'],
  },
  failing: {
    about: `a source that throws after ${recordsBeforeTheTurn} lines`,
    reason: 'closed',
    code: 5000,
    consumer: ['opening', 'active', 'closed'],
    producer: ['opening', 'active', 'finishing', 'closed'],
  },
} as const satisfies Readonly<Record<string, Scene>>;

export type SceneName = keyof typeof scenes;

export const sceneNames = Object.keys(scenes) as SceneName[];

/** The request subject of a scene. The token keeps two demos on one server apart. */
export function subjectOf(token: string, scene: SceneName): string {
  return `demo.${token}.${scene}`;
}

/** The scene of a request subject. */
export function sceneOf(subject: string): SceneName | undefined {
  return sceneNames.find((name) => subject.endsWith(`.${name}`));
}
