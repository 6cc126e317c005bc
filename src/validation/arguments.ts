import {
  kindOf,
  lacksMethod,
  quote,
  refuse,
  requireFunction,
  requireFunctions,
  requireKnownNames,
  timerMsMax,
} from './argument-checks.js';

/**
 * The longest name of a queue group, in bytes of UTF-8. A server closes the connection of a client that sends a control
 * line of more than 4,096 bytes; the longest subject takes 3,840 of them, the verb and the number less than 56.
 */
export const queueBytesMax = 200;

/** What cannot stand in a name of a queue group: white space and control characters would end it, or the line. */
const queuePattern = /^[^*>\s\p{Cc}\p{Cs}]+$/u;

const headerName = /^[!-9;-~]+$/;

/** NATS clients take white space away at both ends of a value, so that another one would arrive. */
const headerValue = /^(?!\s)[^\r\n\0\p{Cs}]*(?<!\s)$/u;

const encoder = new TextEncoder();

/**
 * Checks the options of `openStream`. An option that is undefined counts as not told.
 *
 * @throws {StreamError} `badArgument`, naming the option, what was expected, and what came.
 */
export function checkOpenStreamOptions(options: unknown): void {
  const { signal, timeoutMs, onRecord, onObject, onSlow, headers } = requireKnownNames('options', options, [
    'signal',
    'timeoutMs',
    'onRecord',
    'onObject',
    'onSlow',
    'headers',
  ]);
  checkSignal(signal);
  checkHeaders(headers);
  requireFunction('onSlow', onSlow);
  if (timeoutMs !== undefined && !(typeof timeoutMs === 'number' && timeoutMs >= 0 && timeoutMs <= timerMsMax)) {
    const came = typeof timeoutMs === 'number' ? String(timeoutMs) : kindOf(timeoutMs);
    refuse(`timeoutMs: expected a number from 0 to ${timerMsMax}, came ${came}`);
  }
  requireFunction('onRecord', onRecord);
  requireFunction('onObject', onObject);
  if (onRecord !== undefined && onObject !== undefined) refuse('expected onRecord or onObject, came both');
}

/**
 * Checks the options of `openStream` with a contract. The parameters are for the contract to check, the rest for the
 * stream that is opened.
 *
 * @throws {StreamError} `badArgument`, naming the option, what was expected, and what came.
 */
export function checkOpenContractOptions(options: unknown): void {
  const names = ['params', 'data', 'signal', 'timeoutMs', 'headers', 'onRecord', 'onSlow', 'interceptors', 'resume'];
  const { params: _, data: __, resume: ___, interceptors, ...reading } = requireKnownNames('options', options, names);
  requireFunctions('interceptors', interceptors);
  checkOpenStreamOptions(reading);
}

/**
 * Checks the option `resume`, but for its cursor, and fills it in; undefined where streams are not to be resumed.
 *
 * @throws {StreamError} `badArgument`, naming the option, what was expected, and what came.
 */
export function checkResume(resume: unknown):
  | {
      readonly since: unknown;
      readonly triesMax: number;
      readonly delayMs: number;
      readonly delayMaxMs: number;
      readonly onResume: ((resumed: object) => unknown) | undefined;
    }
  | undefined {
  if (resume === undefined || resume === false) return undefined;
  const names = ['since', 'triesMax', 'delayMs', 'delayMaxMs', 'onResume'];
  const given = requireKnownNames('resume', resume === true ? {} : resume, names);
  const { since, onResume } = given;
  requireFunction('resume.onResume', onResume);
  const whole = (name: string, least: number, otherwise: number): number => {
    const value = given[name] ?? otherwise;
    if (!(Number.isInteger(value) && (value as number) >= least && (value as number) <= timerMsMax)) {
      const came = typeof value === 'number' ? String(value) : kindOf(value);
      refuse(`resume.${name}: expected a whole number from ${least} to ${timerMsMax}, came ${came}`);
    }
    return value as number;
  };
  return {
    since,
    triesMax: whole('triesMax', 0, 10),
    delayMs: whole('delayMs', 0, 100),
    delayMaxMs: whole('delayMaxMs', 0, 5_000),
    onResume: onResume as ((resumed: object) => unknown) | undefined,
  };
}

/** A name of a header ends at its colon, and a value with its line: what holds more would be read as other headers. */
function checkHeaders(headers: unknown): void {
  if (headers === undefined) return;
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) {
    refuse(`headers: expected an object of texts by name, came ${kindOf(headers)}`);
  }
  for (const [name, value] of Object.entries(headers)) {
    if (!headerName.test(name)) {
      refuse(`headers: expected names of printable ASCII without colons and spaces, came ${quote(name)}`);
    }
    for (const one of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
      if (typeof one !== 'string')
        refuse(`headers.${name}: expected a string or a list of strings, came ${kindOf(one)}`);
      if (!headerValue.test(one)) {
        refuse(
          `headers.${name}: expected a text without line breaks and without spaces at its ends, came ${quote(one)}`,
        );
      }
    }
  }
}

/** The signal in the options of a write, which may be left out. */
export function signalOfWrite(options: unknown): AbortSignal | undefined {
  if (options === undefined) return undefined;
  const { signal } = requireKnownNames('options', options, ['signal']);
  checkSignal(signal);
  return signal as AbortSignal | undefined;
}

/** By its shape and not its class: a page may hand over the signal of another window, and Node had polyfills of it. */
function checkSignal(signal: unknown): void {
  const hasMethods = lacksMethod(signal, ['addEventListener', 'removeEventListener', 'throwIfAborted']) === undefined;
  if (signal !== undefined && !(hasMethods && typeof (signal as { aborted?: unknown }).aborted === 'boolean')) {
    refuse(`signal: expected an AbortSignal, came ${kindOf(signal)}`);
  }
}

/**
 * Checks the options of `handle`. A queue is a name of its own on the wire, so that one with white space would be read
 * as other protocol, or break the connection of the application.
 *
 * @throws {StreamError} `badArgument`, naming the option, what was expected, and what came.
 */
export function checkHandleOptions(options: unknown): void {
  const names = ['queue', 'accept', 'streamsMax', 'interceptors', 'heartbeat'];
  const { queue, accept, streamsMax, interceptors, heartbeat } = requireKnownNames('options', options, names);
  requireFunctions('interceptors', interceptors);
  if (heartbeat !== undefined) checkHeartbeat(heartbeat);
  requireFunction('accept', accept);
  if (streamsMax !== undefined && !(Number.isSafeInteger(streamsMax) && (streamsMax as number) >= 1)) {
    const came = typeof streamsMax === 'number' ? String(streamsMax) : kindOf(streamsMax);
    refuse(`streamsMax: expected a whole number from 1 on, came ${came}`);
  }
  if (queue === undefined) return;
  if (typeof queue !== 'string') refuse(`queue: expected a string, came ${kindOf(queue)}`);
  if (!queuePattern.test(queue)) {
    refuse(`queue: expected a name without white space, wildcards and control characters, came ${quote(queue)}`);
  }
  const { length } = encoder.encode(queue);
  if (length > queueBytesMax) refuse(`queue: expected at most ${queueBytesMax} bytes, came ${length}`);
}

/** Source of the rule: PROTOCOL.md, Timing. */
function checkHeartbeat(heartbeat: unknown): void {
  const given = requireKnownNames('heartbeat', heartbeat, ['intervalMs', 'timeoutMs', 'missedMax']);
  for (const [name, most] of [
    ['intervalMs', timerMsMax],
    ['timeoutMs', timerMsMax],
    ['missedMax', 1_000],
  ] as const) {
    const value = given[name];
    if (value === undefined && name !== 'intervalMs') continue;
    if (!(Number.isInteger(value) && (value as number) >= 1 && (value as number) <= most)) {
      const came = typeof value === 'number' ? String(value) : kindOf(value);
      refuse(`heartbeat.${name}: expected a whole number from 1 to ${most}, came ${came}`);
    }
  }
  const { intervalMs, timeoutMs = intervalMs, missedMax = 2 } = given as Record<string, number>;
  if (intervalMs === undefined || timeoutMs === undefined) return;
  if (timeoutMs > intervalMs) {
    refuse(
      `timing rule T <= I: heartbeat.timeoutMs is ${timeoutMs}, more than heartbeat.intervalMs, which is ${intervalMs}`,
    );
  }
  const silenceMs = missedMax * intervalMs + timeoutMs;
  if (silenceMs > timerMsMax) {
    refuse(
      `timing rule K*I + T <= ${timerMsMax}: heartbeat has ${missedMax} * ${intervalMs} + ${timeoutMs} = ${silenceMs}`,
    );
  }
}

/**
 * Checks the options of `handle` with a contract, but for those that it has in common with any other.
 *
 * @throws {StreamError} `badArgument`, naming the option, what was expected, and what came.
 */
export function checkContractHandleOptions(options: unknown): void {
  const { queue } = requireKnownNames('options', options, [
    'queue',
    'accept',
    'streamsMax',
    'interceptors',
    'heartbeat',
    'params',
  ]);
  if (queue !== undefined && queue !== false && typeof queue !== 'string') {
    refuse(`queue: expected a string or false, came ${typeof queue === 'boolean' ? String(queue) : kindOf(queue)}`);
  }
}

/**
 * Checks the types in the addresses of `addStream`. Names beyond those of the addresses are let through: an open request
 * that the application took itself says more than them. Whether the texts are addresses is not looked at here.
 *
 * @throws {StreamError} `badArgument`, naming what was expected, and what came.
 */
export function checkAddressesArgument(addresses: unknown): void {
  if (typeof addresses !== 'object' || addresses === null) {
    refuse(`addresses: expected an object with subject, consumerId and streamId, came ${kindOf(addresses)}`);
  }
  const values = addresses as Record<string, unknown>;
  for (const name of ['subject', 'consumerId', 'streamId']) {
    if (typeof values[name] !== 'string') refuse(`${name}: expected a string, came ${kindOf(values[name])}`);
  }
  for (const name of ['exact', 'superjson']) {
    const value = values[name];
    if (value !== undefined && typeof value !== 'boolean') refuse(`${name}: expected a boolean, came ${kindOf(value)}`);
  }
}
