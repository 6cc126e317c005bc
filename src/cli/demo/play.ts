import { randomUUID } from 'node:crypto';
import { ConsumerClient, ProducerClient, type ConsumerStreamEnd } from '../../index.js';
import { startDoomedProducer, type DoomedProducer } from './doomed-producer.js';
import type { LogFile } from './log-file.js';
import type { Outcome, Report } from './report.js';
import { publishDemo } from './recording.js';
import { recordsBeforeTheTurn, sceneNames, sceneOf, scenes, subjectOf, type SceneName } from './scenes.js';
import { sourcesOf } from './sources.js';
import type { Stage } from './stage.js';
import { watchStreamStates, type StreamStateChange } from './stream-states.js';
import { demoTiming, sceneTimeoutMs } from './timing.js';

/**
 * Plays all scenes at once, tells the report as things happen, and resolves when every stream is over on both sides.
 * Says whether all went as it should.
 *
 * @param signal Leaves every stream, and so ends the play early.
 * @param recordsSubject Where the clients publish their trace events; they trace nothing where there is none.
 */
export async function play(
  stage: Stage,
  log: LogFile,
  report: Report,
  signal: AbortSignal,
  recordsSubject?: string,
): Promise<boolean> {
  const token = randomUUID().slice(0, 8);
  let opened = performance.now();
  const elapsedMs = () => Math.round(performance.now() - opened);

  const walked = new Map(sceneNames.map((name) => [name, { consumer: [] as string[], producer: [] as string[] }]));
  const onChange = ({ side, subject, state }: StreamStateChange) => {
    const scene = sceneOf(subject);
    if (scene === undefined) return;
    walked.get(scene)?.[side].push(state);
    report.state(elapsedMs(), scene, side, state);
  };
  const inspect = watchStreamStates(onChange);

  const connection = await stage.connect('nats-stream demo');
  const producer = new ProducerClient({ connection, ...demoTiming, inspect });
  const consumer = new ConsumerClient({ connection, ...demoTiming, inspect });
  const stopPublishing = publishDemo([consumer, producer], connection, recordsSubject);
  let doomed: DoomedProducer | undefined;

  const playScene = async (name: SceneName): Promise<ConsumerStreamEnd> => {
    let records = 0;
    let last: Uint8Array | undefined;
    const stream = consumer.openStream(subjectOf(token, name), undefined, {
      signal,
      timeoutMs: sceneTimeoutMs,
      onRecord: (record) => {
        records += 1;
        last = record;
        if (records === 1) report.event(elapsedMs(), name, 'reader', `record 1: ${excerpt(record)}`);
        if (records !== recordsBeforeTheTurn) return;
        if (name === 'tail') {
          report.event(elapsedMs(), name, 'reader', 'leaves');
          stream.cancel('the reader has seen enough');
        } else if (name === 'killed' && doomed !== undefined) {
          report.event(elapsedMs(), name, 'demo', doomed.death);
          doomed.kill();
        }
      },
    });
    const end = await stream.closed;
    if (last !== undefined && records > 1)
      report.event(elapsedMs(), name, 'reader', `record ${records}: ${excerpt(last)}`);
    report.end(elapsedMs(), name, end);
    return end;
  };

  try {
    const sources = sourcesOf(log);
    for (const name of sceneNames) {
      if (name !== 'killed') producer.handle(subjectOf(token, name), sources[name]);
    }
    doomed = await startDoomedProducer(stage, subjectOf(token, 'killed'), log, onChange, recordsSubject);
    await connection.flush();
    signal.throwIfAborted();

    report.begin(stage, log);
    opened = performance.now();
    const ends = await Promise.all(sceneNames.map(async (name) => [name, await playScene(name)] as const));
    // Waits until each producer knows that its reader has gone.
    await consumer.drain();
    await producer.drain();
    if (signal.aborted) return false;

    const outcomes = ends.map(([scene, end]): Outcome => {
      const seen = { scene, end, walked: walked.get(scene) ?? { consumer: [], producer: [] } };
      return { ...seen, problems: problemsOf(seen) };
    });
    report.summary(elapsedMs(), outcomes);
    return outcomes.every(({ problems }) => problems.length === 0);
  } finally {
    await Promise.all([consumer.close(), producer.close(), doomed?.close()]);
    await stopPublishing();
    await connection.close();
  }
}

const decoder = new TextDecoder();
const excerptLengthMax = 60;

/** A record as one short line. */
function excerpt(record: Uint8Array): string {
  const text = decoder.decode(record).replace(/\s/gu, ' ');
  return text.length <= excerptLengthMax ? text : `${text.slice(0, excerptLengthMax - 1)}…`;
}

function problemsOf({ scene, end, walked }: Omit<Outcome, 'problems'>): string[] {
  const { reason, code, ...sides } = scenes[scene];
  const problems: string[] = [];
  if (end.reason !== reason || end.code !== code) {
    problems.push(`expected the end ${reason} (${code}), came ${end.reason} (${end.code}): ${end.text}`);
  }
  for (const side of ['consumer', 'producer'] as const) {
    const expected = sides[side].join(' → ');
    const came = walked[side].join(' → ');
    if (came !== expected) problems.push(`expected the ${side} to walk ${expected}, came ${came}`);
  }
  return problems;
}
