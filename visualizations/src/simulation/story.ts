import { planOf, scenarioOf, scenarios, type Cast } from './scenarios/index.js';
import { deedNames, upTo, withDeed, type Implementation, type Plan, type TimedDeed } from './script.js';

/** A run that somebody can be sent: a scenario, what of it is played, and what was done besides. */
export interface Story {
  readonly scenario: string;
  readonly seed: number;
  readonly cast: Cast;
  /** The moment from which the run diverges: what the scenario does later is left out. Milliseconds. */
  readonly until?: number;
  /** What was done by hand, in the order of time. */
  readonly deeds: readonly TimedDeed[];
}

/** The story of a scenario as it is told first. The first scenario where there is none of this id. */
export function storyOf(id: string, seed = 1, cast?: Cast): Story {
  const scenario = scenarioOf(id) ?? scenarios[0];
  if (scenario === undefined) throw new Error('expected a scenario, came none');
  return { scenario: scenario.id, seed, cast: cast ?? scenario.cast, deeds: [] };
}

/** What determines the run of a story. */
export function planOfStory({ scenario: id, seed, cast, until, deeds }: Story): Plan {
  const scenario = scenarioOf(id);
  if (scenario === undefined) throw new RangeError(`expected the id of a scenario, came ${id}`);
  const plan = planOf(scenario, seed, cast);
  return deeds.reduce(withDeed, until === undefined ? plan : upTo(plan, until));
}

/** The story with one more thing done. */
export function withOwnDeed(story: Story, deed: TimedDeed): Story {
  return { ...story, deeds: [...story.deeds, deed] };
}

/** The story up to a moment, from which it goes on by hand. */
export function forkedAt(story: Story, at: number): Story {
  return { ...story, until: Math.min(story.until ?? Infinity, at), deeds: story.deeds.filter((deed) => deed.at <= at) };
}

/** The story as text, for an address. */
export function formatStory({ scenario, seed, cast, until, deeds }: Story): string {
  return new URLSearchParams({
    sim: scenario,
    seed: String(seed),
    cast: `${cast.consumer}-${cast.producer}`,
    ...(until === undefined ? {} : { until: String(until) }),
    ...(deeds.length === 0 ? {} : { deeds: JSON.stringify(deeds) }),
  }).toString();
}

/** The story of a text, or undefined where it names none. What cannot be read of it is as it is told first. */
export function parseStory(text: string): Story | undefined {
  const given = new URLSearchParams(text);
  const id = given.get('sim');
  if (id === null || scenarioOf(id) === undefined) return undefined;
  const seed = Number(given.get('seed') ?? 1);
  const until = Number(given.get('until') ?? Number.NaN);
  const [consumer, producer] = (given.get('cast') ?? '').split('-');
  const cast = isImplementation(consumer) && isImplementation(producer) ? { consumer, producer } : undefined;
  return {
    ...storyOf(id, Number.isSafeInteger(seed) ? seed : 1, cast),
    ...(until >= 0 ? { until } : {}),
    deeds: readDeeds(given.get('deeds') ?? '[]'),
  };
}

function isImplementation(text: string | undefined): text is Implementation {
  return text === 'ours' || text === 'go';
}

function readDeeds(text: string): readonly TimedDeed[] {
  try {
    const given: unknown = JSON.parse(text);
    return Array.isArray(given) ? given.filter(isDeed).sort((a, b) => a.at - b.at) : [];
  } catch {
    return [];
  }
}

function isDeed(given: unknown): given is TimedDeed {
  const { at, do: name } = (given ?? {}) as { readonly at?: unknown; readonly do?: unknown };
  return typeof at === 'number' && at >= 0 && (deedNames as readonly unknown[]).includes(name);
}
