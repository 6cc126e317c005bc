import type { TargetedEvent } from 'preact';
import { useState } from 'preact/hooks';
import type { MessageKind } from './network.js';
import type { Deed } from './script.js';

interface NetworkControlsProps {
  readonly act: (deed: Deed) => void;
}

/** The faults of the network, to be set by hand. Each is shared as a deed, so it comes again with the address. */
export function NetworkControls({ act }: NetworkControlsProps) {
  const [{ loss, duplicate, least, most, order }, set] = useState({
    loss: 0,
    duplicate: 0,
    least: 20,
    most: 20,
    order: 'connection' as 'connection' | 'subject' | 'none',
  });
  const change = (
    changed: Partial<{ loss: number; duplicate: number; least: number; most: number; order: typeof order }>,
  ) => {
    const all = { loss, duplicate, least, most, order, ...changed };
    // A shortest delay above the longest moves the other one along.
    const range = {
      least: Math.min(all.least, changed.most ?? all.least),
      most: Math.max(all.most, changed.least ?? all.most),
    };
    const next = { ...all, ...range };
    set(next);
    act({
      do: 'network',
      loss: next.loss,
      duplicate: next.duplicate,
      delayMs: [next.least, next.most],
      order: next.order,
    });
  };
  const percent = (value: number) => `${Math.round(value * 100)} %`;
  const ms = (value: number) => `${value} ms`;
  return (
    <fieldset>
      <legend>Network</legend>
      <Slider
        label="Loss"
        value={loss}
        most={0.5}
        step={0.01}
        text={percent}
        onChange={(value) => change({ loss: value })}
      />
      <Slider
        label="Doubled"
        value={duplicate}
        most={0.5}
        step={0.01}
        text={percent}
        onChange={(value) => change({ duplicate: value })}
      />
      <Slider
        label="Delay from"
        value={least}
        most={3_000}
        step={10}
        text={ms}
        onChange={(value) => change({ least: value })}
      />
      <Slider
        label="Delay to"
        value={most}
        most={3_000}
        step={10}
        text={ms}
        onChange={(value) => change({ most: value })}
      />
      <label class="sim-row">
        <span>Order kept</span>
        <select value={order} onChange={({ currentTarget }) => change({ order: currentTarget.value as typeof order })}>
          <option value="connection">between two connections</option>
          <option value="subject">on a subject</option>
          <option value="none">none</option>
        </select>
      </label>
      <NextMessage act={act} />
    </fieldset>
  );
}

interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly most: number;
  readonly step: number;
  readonly text: (value: number) => string;
  readonly onChange: (value: number) => void;
}

function Slider({ label, value, most, step, text, onChange }: SliderProps) {
  // A slider that is dragged does one thing when it is let go, not one for each place on the way.
  const [dragged, drag] = useState<number | undefined>(undefined);
  const shown = dragged ?? value;
  const numberOf = ({ currentTarget }: TargetedEvent<HTMLInputElement>): number => Number(currentTarget.value);
  return (
    <label class="sim-row">
      <span>{label}</span>
      <input
        type="range"
        min={0}
        max={most}
        step={step}
        value={shown}
        aria-valuetext={text(shown)}
        onInput={(event) => drag(numberOf(event))}
        onChange={(event) => {
          drag(undefined);
          onChange(numberOf(event));
        }}
      />
      <output>{text(shown)}</output>
    </label>
  );
}

const kinds: readonly MessageKind[] = ['heartbeat', 'answer', 'open', 'data', 'close', 'cancel', 'grant'];

function NextMessage({ act }: NetworkControlsProps) {
  const [kind, setKind] = useState<MessageKind>('heartbeat');
  return (
    <div class="sim-row">
      <label>
        Next{' '}
        <select value={kind} onChange={({ currentTarget }) => setKind(currentTarget.value as MessageKind)}>
          {kinds.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
      <span class="sim-buttons">
        <button type="button" onClick={() => act({ do: 'drop', kind })}>
          Lose
        </button>
        <button type="button" onClick={() => act({ do: 'duplicate', kind })}>
          Double
        </button>
        <button type="button" onClick={() => act({ do: 'delay', kind, delayMs: 3_000 })}>
          Delay 3 s
        </button>
      </span>
    </div>
  );
}
