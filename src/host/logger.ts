import type { DebugCode, DebugNote } from './debug-notes.js';
import type { Warning, WarningCode } from './warnings.js';

/** What is told to a logger beside the message. */
export interface LogFields {
  readonly code: WarningCode | DebugCode;
  /** The subject of the message or stream concerned. */
  readonly subject?: string;
  /** If the code is `notPermitted`: which operation on the subject the server denies. */
  readonly operation?: 'publish' | 'subscribe';
  /** What application code threw, or the error of the NATS client; under the name that pino looks for. */
  readonly err?: unknown;
}

/** What the option `logger` takes: a pino logger and `console` fit as they are. */
export interface Logger {
  error(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  debug(fields: LogFields, message: string): void;
}

/** The methods of a logger. */
export const logLevels = ['error', 'warn', 'debug'] as const;

/** At which level a warning is logged: as an error where something of the application or of its set-up is broken. */
const levels: Readonly<Record<WarningCode, 'error' | 'warn'>> = {
  publishFailed: 'warn',
  malformedFrame: 'warn',
  unknownFrame: 'warn',
  malformedControl: 'warn',
  heartbeatDropped: 'warn',
  secondProducer: 'warn',
  requestRefused: 'warn',
  drainIncomplete: 'warn',
  notPermitted: 'error',
  subscriptionLost: 'error',
  sourceFailed: 'error',
  callbackThrew: 'error',
  actorBroke: 'error',
};

/** Logs a warning. */
export function logWarning(logger: Logger, { message, code, subject, operation, error }: Warning): void {
  logger[levels[code]](
    {
      code,
      ...(subject === undefined ? {} : { subject }),
      ...(operation === undefined ? {} : { operation }),
      ...(error === undefined ? {} : { err: error }),
    },
    message,
  );
}

/** Logs a note, at the level `debug`. */
export function logNote(logger: Logger, { message, code, subject }: DebugNote): void {
  logger.debug({ code, ...(subject === undefined ? {} : { subject }) }, message);
}
