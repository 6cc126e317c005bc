import { protocolTicks, type ProtocolSystemOptions } from '../../testing/index.js';

/**
 * The rules of PROTOCOL.md, Timing, that a system made with these options breaks, each in one line with its numbers.
 * Breaking one is allowed, to see what it leads to; a reader of the outcome has to know of it.
 */
export function brokenTimingRules(options: ProtocolSystemOptions): readonly string[] {
  const { delay = 0, missedHeartbeatsMax: missed = 2, faults = {} } = options;
  const { interval, requestTimeout, silence, open } = { ...protocolTicks, ...options.ticks };
  const losses = typeof faults.drop === 'number' ? faults.drop : (faults.drop?.max ?? 0);
  const heard = (losses + 1) * interval + 2 * delay;
  const rules: readonly (readonly [isKept: boolean, rule: string, numbers: string])[] = [
    [2 * delay < requestTimeout, '2·D < T', `D = ${delay}, T = ${requestTimeout}`],
    [requestTimeout <= interval, 'T ≤ I', `T = ${requestTimeout}, I = ${interval}`],
    [missed >= losses + 1, 'K ≥ L + 1', `K = ${missed}, L = ${losses}`],
    [silence > heard, 'S > (L + 1)·I + 2·D', `S = ${silence}, the right side is ${heard}`],
    [open > heard, 'O > (L + 1)·I + 2·D', `O = ${open}, the right side is ${heard}`],
  ];
  return rules.filter(([isKept]) => !isKept).map(([, rule, numbers]) => `${rule} is broken: ${numbers}`);
}
