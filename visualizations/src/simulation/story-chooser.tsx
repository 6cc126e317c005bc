import { scenarioOf, scenarios } from './scenarios/index.js';
import type { Implementation } from './script.js';
import { storyOf, type Story } from './story.js';

interface StoryChooserProps {
  readonly story: Story;
  readonly start: (story: Story) => void;
}

const groups = [...new Set(scenarios.map(({ group }) => group))];
const largestSeed = 1_000_000;

/** Which story is played, by whom, and with which seed. Every change starts it from its beginning. */
export function StoryChooser({ story, start }: StoryChooserProps) {
  const { scenario, seed, cast } = story;
  const again = (changed: Partial<Pick<Story, 'seed' | 'cast'>>): void =>
    start(storyOf(scenario, changed.seed ?? seed, changed.cast ?? cast));
  return (
    <>
      <label class="sim-wide">
        <span class="only-read">Scenario</span>
        <select value={scenario} onChange={({ currentTarget }) => start(storyOf(currentTarget.value, seed))}>
          {groups.map((group) => (
            <optgroup key={group} label={group}>
              {scenarios
                .filter((candidate) => candidate.group === group)
                .map(({ id, title }) => (
                  <option key={id} value={id}>
                    {title}
                  </option>
                ))}
            </optgroup>
          ))}
        </select>
      </label>
      <p class="muted">{scenarioOf(scenario)?.summary}</p>
      <div class="sim-cast">
        <Part label="Consumer" value={cast.consumer} onChange={(consumer) => again({ cast: { ...cast, consumer } })} />
        <Part label="Producer" value={cast.producer} onChange={(producer) => again({ cast: { ...cast, producer } })} />
        <label>
          Seed{' '}
          <input
            type="number"
            step={1}
            min={1}
            value={seed}
            onChange={({ currentTarget }) => again({ seed: Math.trunc(Number(currentTarget.value)) || 1 })}
          />
        </label>
        <button
          type="button"
          title="The same story with other luck"
          onClick={() => again({ seed: 1 + Math.floor(Math.random() * largestSeed) })}
        >
          Another seed
        </button>
        <button type="button" onClick={() => again({})}>
          From the start
        </button>
      </div>
    </>
  );
}

interface PartProps {
  readonly label: string;
  readonly value: Implementation;
  readonly onChange: (value: Implementation) => void;
}

function Part({ label, value, onChange }: PartProps) {
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={({ currentTarget }) => onChange(currentTarget.value as Implementation)}>
        <option value="ours">ours</option>
        <option value="go">Go</option>
      </select>
    </label>
  );
}
