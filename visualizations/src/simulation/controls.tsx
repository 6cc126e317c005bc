import { useState } from 'preact/hooks';
import type { View } from '../model/types.js';
import type { PlayerState } from './messages.js';
import type { Deed } from './script.js';

interface ControlsProps {
  readonly state: PlayerState;
  readonly act: (deed: Deed) => void;
}

/** What can be done to the clients. */
export function PeerControls({ state: { peers }, act }: ControlsProps) {
  return (
    <fieldset>
      <legend>Clients</legend>
      {peers.map(({ name, state }) => {
        const isGone = state === 'crashed';
        return (
          <div key={name} class="sim-row">
            <span>
              {name} <small class="muted">{state}</small>
            </span>
            <span class="sim-buttons">
              {state === 'paused' ? (
                <button type="button" onClick={() => act({ do: 'resume', peer: name })}>
                  Resume
                </button>
              ) : (
                <button
                  type="button"
                  disabled={isGone}
                  title="Neither its timers nor its messages are looked at"
                  onClick={() => act({ do: 'pause', peer: name })}
                >
                  Stall
                </button>
              )}
              <button
                type="button"
                disabled={isGone}
                title="Everything to and from it is lost; nobody notices"
                onClick={() => act({ do: 'partition', peer: name })}
              >
                Partition
              </button>
              <button
                type="button"
                disabled={isGone}
                title="Its connection breaks; it notices"
                onClick={() => act({ do: 'disconnect', peer: name })}
              >
                Disconnect
              </button>
              <button type="button" disabled={isGone} onClick={() => act({ do: 'reconnect', peer: name })}>
                Reconnect
              </button>
              <button type="button" disabled={isGone} onClick={() => act({ do: 'crash', peer: name })}>
                Crash
              </button>
            </span>
          </div>
        );
      })}
      <button type="button" onClick={() => act({ do: 'heal' })}>
        Heal every partition
      </button>
    </fieldset>
  );
}

/** What readers and sources can do. */
export function StreamControls({ state: { peers, streams }, act, view }: ControlsProps & { readonly view: View }) {
  const [everyMs, setEveryMs] = useState(500);
  const [readEveryMs, setReadEveryMs] = useState(0);
  const consumers = peers.filter(({ role, state }) => role === 'consumer' && state !== 'crashed');
  const names = new Set(streams.map(({ name }) => name));
  const nextName = (): string => {
    for (let number = streams.length + 1; ; number += 1) if (!names.has(`stream ${number}`)) return `stream ${number}`;
  };
  return (
    <fieldset>
      <legend>Streams</legend>
      {streams.map(({ name, inbox }) => {
        const isOver = view.streams.get(inbox)?.endedAt !== undefined;
        return (
          <div key={name} class="sim-row">
            <span>
              {name} <small class="muted mono">{inbox.slice(inbox.lastIndexOf('.') + 1)}</small>
            </span>
            <span class="sim-buttons">
              <button type="button" disabled={isOver} onClick={() => act({ do: 'cancel', stream: name })}>
                Leave
              </button>
              <button type="button" disabled={isOver} onClick={() => act({ do: 'finish', stream: name })}>
                End its source
              </button>
            </span>
          </div>
        );
      })}
      <label class="sim-row">
        <span>A record every</span>
        <input
          type="number"
          min={10}
          step={10}
          value={everyMs}
          onChange={({ currentTarget }) => setEveryMs(Math.max(10, Number(currentTarget.value) || 500))}
        />
        <output>ms</output>
      </label>
      <label class="sim-row">
        <span>The reader takes</span>
        <input
          type="number"
          min={0}
          step={10}
          value={readEveryMs}
          onChange={({ currentTarget }) => setReadEveryMs(Math.max(0, Number(currentTarget.value) || 0))}
        />
        <output>ms each</output>
      </label>
      <span class="sim-buttons">
        {consumers.map(({ name }) => (
          <button
            key={name}
            type="button"
            onClick={() => act({ do: 'open', consumer: name, stream: nextName(), everyMs, readEveryMs })}
          >
            Open a stream at {name}
          </button>
        ))}
      </span>
    </fieldset>
  );
}
