import { expect } from 'chai';
import { Console } from 'node:console';
import { PassThrough } from 'node:stream';
import pino from 'pino';
import { CloseError } from '../../../src/errors.js';
import { logNote, logWarning, type Logger } from '../../../src/host/logger.js';
import type { WarningCode } from '../../../src/host/warnings.js';
import { closePair, createPair } from '../../support/pair.js';
import { settle } from '../../support/settle.js';

function createLog() {
  const lines: (readonly [level: string, fields: object, message: string])[] = [];
  const at = (level: string) => (fields: object, message: string) => void lines.push([level, fields, message]);
  const logger: Logger = { error: at('error'), warn: at('warn'), debug: at('debug') };
  return { lines, logger };
}

describe('the option logger', () => {
  it('is told of warnings with their level, code, subject and error, beside onWarning', async () => {
    const { lines, logger } = createLog();
    const pair = createPair({ producer: { logger } });
    pair.producer.handle('refused', () => [], { accept: () => Promise.resolve(false) });
    await pair.consumer.openStream('refused').closed;
    const thrown = new Error('too late');
    pair.producer.handle('failing', async function* ({ signal }) {
      yield 'one';
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      throw thrown;
    });
    for await (const record of pair.consumer.openStream('failing')) {
      expect(record).to.have.lengthOf(3);
      break;
    }
    await settle();
    expect(lines).to.deep.equal([
      [
        'warn',
        { code: 'requestRefused', subject: 'refused' },
        'a request was refused: the producer does not accept the request',
      ],
      ['error', { code: 'sourceFailed', subject: 'failing', err: thrown }, 'a source threw after its stream was over'],
    ]);
    expect(pair.warnings.map(({ code }) => code)).to.deep.equal(['requestRefused', 'sourceFailed']);
    await closePair(pair);
  });

  it('is told of notes, as debug, with their code', async () => {
    const { lines, logger } = createLog();
    const pair = createPair({ consumer: { logger }, producer: { heartbeatIntervalMs: 40_000 } });
    pair.producer.handle('count', async function* () {
      yield 'one';
      await Promise.resolve();
    });
    await pair.consumer.openStream('count', undefined, { onRecord: () => undefined }).closed;
    expect(lines).to.have.lengthOf(1);
    expect(lines[0]?.[0]).to.equal('debug');
    expect(lines[0]?.[1]).to.deep.equal({ code: 'silenceTimeoutRaised', subject: 'count' });
    expect(lines[0]?.[2]).to.include('the silence timeout of 30000 ms is raised to 85000 ms');
    await closePair(pair);
  });

  it('one that throws at a note is a warning, and stops nothing', async () => {
    const { lines, logger } = createLog();
    const broken: Logger = {
      ...logger,
      debug: () => {
        throw new Error('no disk');
      },
    };
    const pair = createPair({ consumer: { logger: broken }, producer: { heartbeatIntervalMs: 40_000 } });
    pair.producer.handle('count', () => ['one']);
    expect((await pair.consumer.openStream('count', undefined, { onRecord: () => undefined }).closed).records).to.equal(
      1,
    );
    expect(lines.map(([level, fields]) => [level, (fields as { code: string }).code])).to.deep.equal([
      ['error', 'callbackThrew'],
    ]);
    await closePair(pair);
  });

  it('refuses what lacks a level', () => {
    expect(() => createPair({ consumer: { logger: { warn: () => undefined } as never } })).to.throw(
      'logger: expected an object with the methods error, warn, debug, came an object without error',
    );
  });

  const codes: readonly WarningCode[] = ['malformedFrame', 'actorBroke'];

  it('pino as it is: code, subject, error and message have fields of their own', () => {
    const written: Record<string, unknown>[] = [];
    const logger = pino(
      { level: 'debug' },
      { write: (line: string) => void written.push(JSON.parse(line) as Record<string, unknown>) },
    );
    for (const code of codes)
      logWarning(logger, { code, message: 'it happened', subject: 'logs', error: new CloseError(4711) });
    logNote(logger, { code: 'askedAgain', message: 'once more' });
    expect(written.map(({ level, code, subject, msg }) => [level, code, subject, msg])).to.deep.equal([
      [40, 'malformedFrame', 'logs', 'it happened'],
      [50, 'actorBroke', 'logs', 'it happened'],
      [20, 'askedAgain', undefined, 'once more'],
    ]);
    expect(written[0]?.['err']).to.include({ type: 'CloseError', code: 4711 });
  });

  it('console as it is: what is a fault goes to standard error', () => {
    const [out, err] = [new PassThrough(), new PassThrough()];
    const logger = new Console(out, err);
    for (const code of codes) logWarning(logger, { code, message: 'it happened', subject: 'logs' });
    logNote(logger, { code: 'askedAgain', message: 'once more' });
    expect(String(err.read())).to.equal(
      "{ code: 'malformedFrame', subject: 'logs' } it happened\n{ code: 'actorBroke', subject: 'logs' } it happened\n",
    );
    expect(String(out.read())).to.equal("{ code: 'askedAgain' } once more\n");
  });
});
