import type { ConsumerStreamEnd } from '../../index.js';
import { printable } from '../../wire/index.js';
import { createPainter } from '../colours.js';
import { count } from '../numbers.js';
import { table } from '../table.js';
import { scenes, sceneNames } from './scenes.js';
import type { Report } from './report.js';

/** The colours of a terminal, by what they say here. */
const colours = {
  opening: '33',
  active: '32',
  cancelling: '35',
  closed: '36',
  faint: '2',
  strong: '1',
  wrong: '31',
} as const;

const nameWidth = Math.max(...sceneNames.map((name) => name.length));

/** For people: a line for each thing that happens, and a table at the end. */
export function createTextReport(write: (text: string) => void, coloured: boolean): Report {
  const paint = createPainter(colours, coloured);
  const paintState = (state: string) => (state in colours ? paint(state as keyof typeof colours, state) : state);
  const print = (...lines: readonly string[]) => {
    write(`${lines.join('\n')}\n`);
  };
  const row = (elapsedMs: number, scene: string, who: string, what: string) => {
    print(
      `${paint('faint', `${Math.round(elapsedMs).toString().padStart(6)} ms`)}  ${scene.padEnd(nameWidth)}  ${who.padEnd(8)}  ${what}`,
    );
  };

  return {
    begin: ({ description }, log) => {
      const size = `${count(log.to - log.from)} bytes`;
      print(
        paint('strong', 'nats-stream demo: streams of records over NATS, where every stream is an XState actor'),
        '',
        `server   ${printable(description)}`,
        `log      ${printable(log.path)}, ${log.from === 0 ? size : `its last ${size}`}`,
        ...sceneNames.map(
          (name, index) => `${index === 0 ? 'streams' : '       '}  ${name.padEnd(nameWidth)}  ${scenes[name].about}`,
        ),
        '',
      );
    },
    state: (elapsedMs, scene, side, state) => {
      row(elapsedMs, scene, side, paintState(state));
    },
    event: (elapsedMs, scene, who, what) => {
      row(elapsedMs, scene, who, printable(what));
    },
    end: (elapsedMs, scene, end) => {
      row(elapsedMs, scene, 'reader', `${printable(describe(end))}, after ${count(end.records)} records`);
    },
    summary: (elapsedMs, outcomes) => {
      const arrows = (states: readonly string[]) => states.join('→');
      const numbers = [
        ['stream', 'records', 'bytes', 'end'],
        ...outcomes.map(({ scene, end }) => [
          scene,
          count(end.records),
          count(end.bytes),
          `${end.reason} (${end.code})`,
        ]),
      ];
      const states = [
        ['stream', 'states of the consumer', 'states of the producer'],
        ...outcomes.map(({ scene, walked }) => [
          scene,
          arrows(walked.consumer),
          // It is SIGKILL that ends this one's walk, and no state.
          arrows(scene === 'killed' ? [...walked.producer, 'killed'] : walked.producer),
        ]),
      ];
      const underHead = (lines: readonly string[]) =>
        lines.map((line, index) => (index === 0 ? paint('strong', line) : line));
      const problems = outcomes.flatMap(({ scene, problems: found }) =>
        found.map((problem) => `${scene}: ${printable(problem)}`),
      );
      const seconds = (elapsedMs / 1000).toFixed(1);
      print(
        '',
        ...underHead(table(numbers, [1, 2])),
        '',
        ...underHead(table(states, [])),
        '',
        ...problems.map((problem) => paint('wrong', problem)),
        problems.length === 0
          ? `All ${outcomes.length} streams ended as they should, in ${seconds} s.`
          : paint('wrong', `Not every stream went as it should, in ${seconds} s.`),
      );
    },
  };
}

function describe({ reason, code, text }: ConsumerStreamEnd): string {
  return `${reason === 'closed' ? `closed with ${code}` : reason}${text === '' ? '' : `: ${text}`}`;
}
