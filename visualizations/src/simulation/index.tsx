import { signal, type Signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { ToolProps } from '../model/types.js';
import { portSource } from '../sources/port.js';
import { PeerControls, StreamControls } from './controls.js';
import type { PlayerCommand, PlayerReport, PlayerState } from './messages.js';
import { NetworkControls } from './network-controls.js';
import './simulation.css';
import { StoryChooser } from './story-chooser.js';
import { formatStory, parseStory, storyOf, type Story } from './story.js';

/** The worker and what it last said; one for the page, so that a run goes on while the panel is closed. */
interface Link {
  readonly state: Signal<PlayerState | undefined>;
  readonly problem: Signal<string>;
  readonly send: (command: PlayerCommand) => void;
}

let link: Link | undefined;
/** The last time that a link has asked for a story, of those that were answered. */
let answered = 0;

/** Starts the worker and shows its runs. Where the page shows another source, the worker is ended. */
function connect(open: ToolProps['open']): Link {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const state = signal<PlayerState | undefined>(undefined);
  const problem = signal('');
  worker.addEventListener('message', ({ data }: MessageEvent<PlayerReport>) => {
    if (data.type === 'state') state.value = data.state;
    else if (data.type === 'error') problem.value = data.text;
  });
  worker.addEventListener('error', ({ message }) => (problem.value = `the simulation has failed: ${message}`));
  const made: Link = {
    state,
    problem,
    send: (command) => {
      problem.value = '';
      worker.postMessage(command);
    },
  };
  open(
    portSource('simulation', worker, () => {
      worker.terminate();
      state.value = undefined;
      if (link === made) link = undefined;
    }),
  );
  return made;
}

const speeds = [0.1, 0.25, 0.5, 1, 2, 5, 10, 50];

/** The panel of the simulation: a story, the network, the clients, the streams. */
export default function Simulation(props: ToolProps) {
  const { open, isIdle, argument, asked, setArgument, view, cursor, selection } = props;
  const [player, setPlayer] = useState<Link | undefined>(link);
  const state = player?.state.value;
  const isConnected = player !== undefined && player === link;

  const start = (story: Story): void => {
    link ??= connect(open);
    setPlayer(link);
    link.send({ type: 'start', story });
  };
  useEffect(() => {
    const isAsked = asked.value > answered;
    answered = asked.value;
    if (isAsked || (link === undefined && isIdle())) start(parseStory(argument.peek()) ?? storyOf('tour'));
  }, [asked.value]);
  useEffect(() => {
    if (state !== undefined) setArgument(formatStory(state.story));
  }, [state?.story]);

  const newest = state?.streams.at(-1)?.inbox;
  useEffect(() => {
    // Whoever has selected nothing looks at the stream that was opened last.
    const { stream, system } = selection.value.peek();
    const isOurs = state?.streams.some(({ inbox }) => inbox === stream) === true;
    if (newest !== undefined && (isOurs || system === undefined)) selection.select({ stream: newest });
  }, [newest]);

  if (!isConnected || state === undefined) {
    return (
      <div class="sim">
        <p class="muted">{isConnected ? 'The simulation starts…' : 'Another run is shown.'}</p>
        {player?.problem.value !== '' && (
          <p class="bad" role="alert">
            {player?.problem.value}
          </p>
        )}
        {!isConnected && (
          <button type="button" onClick={() => start(parseStory(argument.peek()) ?? storyOf('tour'))}>
            Simulate instead
          </button>
        )}
      </div>
    );
  }
  const { send } = player;
  const act = (deed: Extract<PlayerCommand, { type: 'act' }>['deed']): void => send({ type: 'act', deed });
  const shown = view.value;
  const caption = shown.marks.findLast(({ kind }) => kind === 'note')?.text;
  return (
    <div class="sim">
      <StoryChooser story={state.story} start={start} />
      <p class="sim-caption" aria-live="polite">
        {caption ?? 'The story begins.'}
      </p>
      <div class="sim-buttons">
        <button type="button" class="sim-play" onClick={() => send({ type: state.isPlaying ? 'pause' : 'play' })}>
          {state.isPlaying ? 'Halt the clock' : state.isOver ? 'Go on' : 'Go'}
        </button>
        <label>
          Speed{' '}
          <select
            value={state.speed}
            onChange={({ currentTarget }) => send({ type: 'speed', speed: Number(currentTarget.value) })}
          >
            {speeds.map((speed) => (
              <option key={speed} value={speed}>
                {speed}×
              </option>
            ))}
          </select>
        </label>
        <output class="mono">{(state.nowMs / 1000).toFixed(1)} s</output>
        <button
          type="button"
          title="Runs the same again up to the moment that is shown, and goes on from there by hand"
          onClick={() => {
            send({ type: 'fork', at: cursor.now() });
            cursor.follow();
          }}
        >
          Fork from {(cursor.now() / 1000).toFixed(1)} s
        </button>
        <CopyLink />
      </div>
      {player.problem.value !== '' && (
        <p class="bad" role="alert">
          {player.problem.value}
        </p>
      )}
      <StreamControls state={state} act={act} view={shown} />
      <PeerControls state={state} act={act} />
      <NetworkControls key={`${state.story.scenario} ${state.story.seed}`} act={act} />
    </div>
  );
}

/**
 * What stands behind the address of the page names the story, its seed and all that was done: whoever puts it behind the
 * address of another such page sees the same.
 */
function CopyLink() {
  const [isDone, done] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(location.hash);
    done(true);
    setTimeout(() => done(false), 2_000);
  };
  return (
    <button
      type="button"
      title="The story, its seed and what was done, to be put behind the address of any such page"
      onClick={() => void copy()}
    >
      {isDone ? 'Copied' : 'Copy the link'}
    </button>
  );
}
