import { Option, type Command } from './commander.js';
import { durationMs } from './option-parsers.js';

/** How the server is reached, as the `nats` command names it. */
export interface ConnectionOptions {
  /** One or more URLs, separated by commas. */
  readonly server?: string;
  readonly creds?: string;
  /** A file with the seed of an NKEY. */
  readonly nkey?: string;
  /** Of a context only: the command line has `--user` for it. */
  readonly token?: string;
  /** The name of a context of the `nats` command. */
  readonly context?: string;
  readonly user?: string;
  readonly password?: string;
  readonly tlscert?: string;
  readonly tlskey?: string;
  readonly tlsca?: string;
  /** Whether TLS begins before the server has said anything. */
  readonly tlsfirst?: boolean;
  /** How long connecting may take. Milliseconds. */
  readonly timeout: number;
}

export const defaultServer = 'nats://127.0.0.1:4222';

/** Gives a command the flags and environment variables of the `nats` command. */
export function addConnectionOptions(command: Command): Command {
  return command
    .addOption(
      new Option('-s, --server <urls>', `NATS server, or several separated by commas (default: ${defaultServer})`).env(
        'NATS_URL',
      ),
    )
    .addOption(
      new Option(
        '--context <name>',
        'a context of the nats command (default: the selected one, where no server is named)',
      ).env('NATS_CONTEXT'),
    )
    .addOption(new Option('--nkey <file>', 'file with the seed of an NKEY').env('NATS_NKEY'))
    .addOption(new Option('--creds <file>', 'credentials file').env('NATS_CREDS'))
    .addOption(new Option('--user <name>', 'user name, or a token where no password is given').env('NATS_USER'))
    .addOption(new Option('--password <password>', 'password').env('NATS_PASSWORD'))
    .addOption(new Option('--tlscert <file>', 'TLS client certificate').env('NATS_CERT'))
    .addOption(new Option('--tlskey <file>', 'TLS private key').env('NATS_KEY'))
    .addOption(new Option('--tlsca <file>', 'TLS certificate authority').env('NATS_CA'))
    .addOption(new Option('--tlsfirst', 'begin TLS before the server has said anything').env('NATS_TLS_FIRST'))
    .addOption(
      new Option('--timeout <duration>', 'how long connecting may take, such as 500ms or 5s')
        .env('NATS_TIMEOUT')
        .argParser(durationMs)
        .default(5000, '5s'),
    );
}
