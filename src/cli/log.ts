import { printable } from '../wire/index.js';

const start = 'nats-stream: ';

/** Says one line on stderr, where it is not in the way of records. What strangers have put into it moves no cursor. */
export function say(line: string): void {
  process.stderr.write(`${start}${printable(line)}\n`);
}

/** Says a text of several lines. All but the first are indented, so that none can be taken for another message. */
export function sayAll(text: string): void {
  process.stderr.write(`${start}${text.split('\n').map(printable).join('\n  ')}\n`);
}
