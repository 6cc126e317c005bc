import { fork } from 'node:child_process';
import { messageOf } from '../../errors.js';
import { ProducerClient } from '../../index.js';
import type { ConnectionOptions } from '../connection-options.js';
import { openConnection } from '../connection.js';
import { Failure } from '../failure.js';
import type { LogFile } from './log-file.js';
import { sourcesOf } from './sources.js';
import { publishDemo } from './recording.js';
import type { OwnConnection } from '../nats-client.js';
import type { Stage } from './stage.js';
import { watchStreamStates, type StreamStateChange } from './stream-states.js';
import { demoTiming } from './timing.js';

/** The producer that the demo kills. */
export interface DoomedProducer {
  /** What it is and how it dies, in words. */
  readonly death: string;
  kill(): void;
  /** Gives back what is left of it. */
  close(): Promise<void>;
}

/** What the process of the producer is told, over its channel so that no password shows in a list of processes. */
interface Instruction {
  readonly options: ConnectionOptions;
  readonly subject: string;
  readonly log: LogFile;
  readonly recordsSubject: string | undefined;
}

type Word =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'state'; readonly change: StreamStateChange };

/** A process of its own, where other processes can reach the server; else a connection of its own, to be cut. */
export async function startDoomedProducer(
  stage: Stage,
  subject: string,
  log: LogFile,
  onChange: (change: StreamStateChange) => void,
  recordsSubject: string | undefined,
): Promise<DoomedProducer> {
  return stage.options === undefined
    ? startOnOwnConnection(stage, subject, log, onChange, recordsSubject)
    : startProcess({ options: stage.options, subject, log, recordsSubject }, onChange);
}

async function startOnOwnConnection(
  stage: Stage,
  subject: string,
  log: LogFile,
  onChange: (change: StreamStateChange) => void,
  recordsSubject: string | undefined,
): Promise<DoomedProducer> {
  let alive = true;
  const connection = await stage.connect('killed producer');
  const tell = (change: StreamStateChange) => {
    // What dies no longer tells; what is left of it here is cleared away behind the scenes.
    if (alive) onChange(change);
  };
  produce(connection, subject, log, tell, recordsSubject);
  await connection.flush();
  return {
    death: 'the connection of its producer is cut, and never comes back',
    kill: () => {
      alive = false;
      void connection.close();
    },
    close: () => connection.close(),
  };
}

async function startProcess(
  instruction: Instruction,
  onChange: (change: StreamStateChange) => void,
): Promise<DoomedProducer> {
  const child = fork(process.argv[1] ?? '', ['demo-producer'], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // The interrupt of a terminal is for the demo alone, which ends this process in its own time.
    detached: true,
  });
  const kill = () => {
    child.kill('SIGKILL');
  };
  process.on('exit', kill);
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      process.off('exit', kill);
      resolve();
    });
  });
  await new Promise<void>((resolve, reject) => {
    const fail = (why: string) => {
      reject(new Failure(`the producer process did not start: ${why}`));
    };
    child.once('error', (error) => {
      fail(messageOf(error));
    });
    child.once('exit', () => {
      fail('it ended');
    });
    child.on('message', (message) => {
      const word = message as Word;
      if (word.type === 'state') onChange(word.change);
      else if (word.type === 'ready') resolve();
      else fail(word.message);
    });
    child.send(instruction);
  });
  return {
    death: `its producer, process ${child.pid ?? 0}, gets SIGKILL`,
    kill,
    close: () => {
      kill();
      return exited;
    },
  };
}

/** What the process of the producer does. */
export function doomedProducer(): void {
  const tell = (word: Word) => process.send?.(word);
  // Without the demo nobody would ever end this process.
  process.once('disconnect', () => process.exit());
  process.once('message', (message) => {
    const { options, subject, log, recordsSubject } = message as Instruction;
    const start = async () => {
      const connection = await openConnection(options, { name: 'nats-stream demo producer', reconnectsMax: 5 });
      produce(connection, subject, log, (change) => tell({ type: 'state', change }), recordsSubject);
      await connection.flush();
      tell({ type: 'ready' });
    };
    start().catch((error: unknown) => tell({ type: 'failed', message: messageOf(error) }));
  });
}

function produce(
  connection: OwnConnection,
  subject: string,
  log: LogFile,
  onChange: (change: StreamStateChange) => void,
  recordsSubject: string | undefined,
): void {
  const producer = new ProducerClient({ connection, ...demoTiming, inspect: watchStreamStates(onChange) });
  // Its lifeline is to be told from that of the demo's other producer.
  publishDemo([producer], connection, recordsSubject, 'doomed');
  producer.handle(subject, sourcesOf(log).killed);
}
