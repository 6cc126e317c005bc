/** Says one line on stderr, where it is not in the way of records. */
export function say(line: string): void {
  process.stderr.write(`nats-stream: ${line}\n`);
}
