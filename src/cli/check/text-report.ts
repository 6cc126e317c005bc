import type { Coverage } from '../../testing/index.js';
import type { Findings, PropertyFinding } from './findings.js';
import { createPainter } from '../colours.js';
import { count, mebibytes } from '../numbers.js';
import type { Subject } from './subject.js';
import { table } from '../table.js';

/** The colours of a terminal, by what they say here. */
const colours = { good: '32', wrong: '31', open: '33', strong: '1' } as const;

export interface TextReportOptions {
  readonly isColoured: boolean;
  /** Whether what was never used is named, and not only counted. */
  readonly namesUnused: boolean;
}

/** What was found, for people: tables of the properties and of the coverage, a sentence, and the traces. */
export function textReport(subject: Subject, findings: Findings, options: TextReportOptions): string {
  const paint = createPainter(colours, options.isColoured);
  const { violations, coverage } = findings;
  const [head = '', ...rows] = propertyTable(findings);
  const colourOf = ({ verdict }: PropertyFinding) =>
    verdict === 'violated' ? 'wrong' : verdict === 'open' ? 'open' : 'good';
  const paintedRows = rows.map((row, index) => {
    const finding = findings.properties[index];
    if (finding === undefined) return row;
    const verdict = verdictText(finding);
    const at = row.lastIndexOf(verdict);
    return `${row.slice(0, at)}${paint(colourOf(finding), verdict)}${row.slice(at + verdict.length)}`;
  });
  const lines = [
    paint('strong', `nats-stream check: ${subject.name}`),
    ...subject.description.map(([word, text]) => `${word.padEnd(8)}${text}`),
    '',
    paint('strong', head),
    ...paintedRows,
    '',
    ...(coverage === undefined ? [] : [...coverageLines(coverage, options.namesUnused), '']),
    countsText(findings),
    paint(violations.length > 0 ? 'wrong' : findings.isComplete ? 'good' : 'open', conclusion(findings)),
    ...violations.flatMap((violation) => ['', violation.toString().trimEnd()]),
  ];
  return `${lines.join('\n')}\n`;
}

function verdictText({ kind, verdict, isReached }: PropertyFinding): string {
  if (kind !== 'reachable') return verdict === 'open' ? 'held so far' : verdict;
  if (isReached === true) return 'reached';
  return verdict === 'violated' ? 'never reached' : 'not reached so far';
}

const kindText = {
  always: 'always',
  leadsTo: 'leads to',
  reachable: 'reachable',
  broken: 'always',
  unused: 'used',
  rest: 'rest',
} as const;

function propertyTable({ properties, isComplete }: Findings): readonly string[] {
  // Times of an exploration that is not complete can only grow.
  const time = (worst: number) => (worst === Infinity ? 'for ever' : `${isComplete ? '' : 'so far '}${count(worst)}`);
  const rows = properties.map((finding) => {
    const { property, kind, within, worst } = finding;
    const never = isComplete ? 'never asked' : 'not measured';
    return [
      property,
      kindText[kind],
      verdictText(finding),
      kind !== 'leadsTo' ? '' : worst === undefined ? never : time(worst),
      kind !== 'leadsTo' ? '' : within === undefined ? 'none' : count(within),
    ];
  });
  return table([['property', 'kind', 'verdict', 'worst, ticks', 'bound, ticks'], ...rows], [3, 4]);
}

function coverageLines(coverage: Readonly<Record<string, Coverage>>, namesUnused: boolean): readonly string[] {
  const machines = Object.entries(coverage);
  const rows = machines.map(([machine, { unusedStates, unusedTransitions, unusedGuards }]) => [
    machine,
    count(unusedStates.length),
    count(unusedTransitions.length),
    count(unusedGuards.length),
  ]);
  const counted = table([['machine, what was never used', 'states', 'transitions', 'guards'], ...rows], [1, 2, 3]);
  if (!namesUnused) return counted;
  const named = machines.flatMap(([machine, { unusedStates, unusedTransitions, unusedGuards }]) => {
    const names = [
      ...unusedStates.map((name) => `  state       ${name}`),
      ...unusedTransitions.map((name) => `  transition  ${name}`),
      ...unusedGuards.map((name) => `  guard       ${name}`),
    ];
    return names.length === 0 ? [] : ['', machine, ...names];
  });
  return [...counted, ...named];
}

function countsText({ counts, ms }: Findings): string {
  const { memoryBytes, seed, ...others } = counts;
  const told = Object.entries(others).map(
    ([name, number]) => `${count(number)} ${number === 1 ? name.replace(/s$/, '') : name}`,
  );
  return [
    ...told.map((text) => text.replace(/^(\S+) depth$/, 'depth $1')),
    ...(memoryBytes === undefined ? [] : [mebibytes(memoryBytes)]),
    ...(seed === undefined ? [] : [`seed ${seed}`]),
    `${(ms / 1000).toFixed(1)} s`,
  ].join(', ');
}

const stopText = {
  states: 'the limit of states was reached',
  seconds: 'the time was over',
  signal: 'it was interrupted',
  violation: 'the violation ended it',
} as const;

/** In one line, what all this says. */
function conclusion({ violations, isComplete, stoppedBy, coverage }: Findings): string {
  const isWalk = coverage === undefined;
  if (violations.length > 0) {
    const names = violations.map(({ property }) => `'${property}'`).join(', ');
    if (isComplete || stoppedBy === undefined) return `Violated: ${names}.`;
    return `Violated: ${names}. Not complete: ${stopText[stoppedBy]}.`;
  }
  if (isComplete) return 'Complete: every state that can be reached was explored, and nothing is violated.';
  const why = stoppedBy === undefined ? '' : ` (${stopText[stoppedBy]})`;
  return isWalk
    ? `Nothing is violated on the way${why}, which proves nothing.`
    : `Not complete (${stopText[stoppedBy ?? 'signal']}): nothing is violated in what was explored.`;
}
