import { withoutCredentials } from './connection.js';

/** What is no secret of those that begin with `NATS_`. The server's URL is handed over without what stands before its @. */
const harmless = /^NATS_(TIMEOUT|SERVER|STREAM_.*)$/i;

/**
 * The environment of a command that strangers start and talk to: without the credentials with which `serve` itself
 * reaches the server, and without whatever else is set for NATS clients, since tomorrow's variable may be a secret too.
 */
export function commandEnvironment(
  own: Readonly<Record<string, string | undefined>>,
  added: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(own)) {
    const kept = /^NATS_URL$/i.test(name) ? withoutCredentials(value ?? '') : value;
    const isForeign = !/^NATS_/i.test(name) || /^NATS_URL$/i.test(name) || harmless.test(name);
    if (kept !== undefined && isForeign) environment[name] = kept;
  }
  return { ...environment, ...added };
}
