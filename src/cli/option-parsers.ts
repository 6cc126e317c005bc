import { InvalidArgumentError } from './commander.js';
import { parseDuration } from './duration.js';
import { subjectMistake } from './subject-mistake.js';

/** Reads an option that is a duration. What it throws is commander's way to name the option that is wrong. */
export function durationMs(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError('Expected a duration such as 500, 500ms, 5s or 2m.');
  return ms;
}

/** Reads an option that counts something. */
export function positiveCount(text: string): number {
  const count = /^\d+$/.test(text) ? Number(text) : 0;
  if (!Number.isSafeInteger(count) || count < 1)
    throw new InvalidArgumentError('Expected a whole number of at least 1.');
  return count;
}

/** Reads the subject of a request. */
export function requestSubject(text: string): string {
  return checkedSubject(text, false);
}

/** Reads a subject on which requests are taken. */
export function servedSubject(text: string): string {
  return checkedSubject(text, true);
}

function checkedSubject(text: string, wildcards: boolean): string {
  const mistake = subjectMistake(text, wildcards);
  if (mistake === undefined) return text;
  throw new InvalidArgumentError(`Expected a NATS subject${wildcards ? '' : ' without wildcards'}, but ${mistake}.`);
}

/** Reads a port; 0 stands for one that is free. */
export function portNumber(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : -1;
  if (port < 0 || port > 65_535) throw new InvalidArgumentError('Expected a port from 0 to 65535.');
  return port;
}
