import { changeText, messageText, pointText } from './step-text.js';
import type { Step, Trace } from './trace.js';

/** Mermaid ends a statement at a semicolon or a line break, and begins an escape with `#`. */
function escape(text: string): string {
  return text.replace(/[#;]/g, (character) => `#${character.charCodeAt(0)};`).replaceAll('\n', ' ');
}

function linesOf(step: Step, participant: (process: string | undefined) => string): readonly string[] {
  const here = participant(step.process);
  const changes = step.activities.flatMap((activity) => changeText(activity) ?? []);
  const notes = step.fault === undefined ? changes : [...changes, `breaks: ${step.fault}`];
  const lost = step.sent.filter(({ isLost }) => isLost);
  const what = (() => {
    if (step.kind === 'tick') return [];
    if (step.from === undefined || step.kind === 'crash')
      return [`Note over ${here}: ${escape(`${step.tick} ${pointText(step)}`)}`];
    const arrow = { deliver: '->>', drop: '-x', duplicate: '--)' }[step.kind as 'deliver' | 'drop' | 'duplicate'];
    return [`${participant(step.from)}${arrow}${here}: ${escape(`${step.tick} ${messageText(step.message)}`)}`];
  })();
  return [
    ...what,
    ...notes.map((note) => `Note right of ${here}: ${escape(note)}`),
    ...lost.map(({ from, to, message }) => `${participant(from)}-x${participant(to)}: ${escape(messageText(message))}`),
  ];
}

/** A trace as a Mermaid sequence diagram. */
export function mermaidDiagram({ processes, steps, loopAt }: Trace): string {
  // A link that is cut is at no process: what happens to it is drawn at the first.
  const participant = (process: string | undefined) => `p${process === undefined ? 0 : processes.indexOf(process)}`;
  const draw = (some: readonly Step[]) => some.flatMap((step) => linesOf(step, participant));
  const loop = loopAt === undefined ? [] : ['loop for ever', ...draw(steps.slice(loopAt)), 'end'];
  return [
    'sequenceDiagram',
    ...processes.map((process) => `participant ${participant(process)} as ${escape(process)}`),
    ...draw(steps.slice(0, loopAt)),
    ...loop,
  ].join('\n');
}
