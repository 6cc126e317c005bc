import { expect } from 'chai';
import { connect, type NatsConnection } from 'nats';
import { ConsumerClient, ProducerClient, type ConsumerStream } from '../../../src/index.js';
import { traceOverNats } from '../../../src/tracing/index.js';
import { widthOf } from '../../../src/cli/fit.js';
import { builtCommand } from '../../support/built-command.js';
import { startNatsServer, type NatsServer } from '../../support/nats-server.js';
import { openTerminal, type Terminal } from '../../support/terminal.js';

describe('nats-stream top in a terminal', () => {
  let server: NatsServer;
  let connection: NatsConnection;
  let consumer: ConsumerClient;
  let producer: ProducerClient;
  let publication: { stop: () => void };
  let terminal: Terminal;
  const streams: ConsumerStream[] = [];
  const subjects = Array.from({ length: 40 }, (_, n) => `注文.${n}.${'berlin.'.repeat(8)}shelf`);

  before(async () => {
    server = await startNatsServer();
    connection = await connect({ servers: server.url });
    const options = { connection };
    consumer = new ConsumerClient(options);
    producer = new ProducerClient(options);
    publication = traceOverNats([consumer, producer], { process: 'shop' });
    await producer.handle('注文.>', async function* ({ signal }) {
      yield 'the first';
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    }).ready;
    await producer.handle('failing', () => {
      throw new Error('the disk is full');
    }).ready;
    for (const subject of subjects)
      streams.push(consumer.openStream(subject, undefined, { onRecord: () => undefined }));
    await Promise.all(streams.map(({ opened }) => opened));
  });
  after(async () => {
    publication.stop();
    await consumer.close();
    await producer.close();
    await connection.close();
    await server.stop();
  });
  beforeEach(() => {
    terminal = openTerminal(80, 24);
  });
  afterEach(() => terminal.close());

  const start = async (...options: readonly string[]): Promise<void> => {
    await terminal.until(/^\$$/m);
    const command = [process.execPath, builtCommand(), 'top', '-s', server.url, '-i', '200ms', ...options];
    terminal.enter(command.join(' '));
    await terminal.until(/^q quit/m);
  };

  it('fills the screen and no more, keeps the summary in sight, and counts ages from when streams were opened', async () => {
    terminal.enter('echo before');
    await start();
    await terminal.until(/40 streams live/);
    const failing = consumer.openStream('failing');
    await failing.closed;
    const screen = await terminal.until(/^failing +closed +closed/m);
    expect(terminal.ask('alternate_on')).to.equal('1');
    expect(terminal.ask('cursor_flag')).to.equal('0');
    expect(screen[0]).to.match(/^1 processes, 40 streams live, 0 waiting, 1 wrong, 0 ended; processes on/);
    expect(screen[2]).to.match(/^subject +consumer +producer +age +records +bytes +rate\/s +sign +end$/);
    expect(screen[3]).to.match(/^failing /);
    expect(screen[4]).to.match(/^注文\.\d+.*….*shelf +listening +flowing /);
    expect(screen.at(-1)).to.match(/^q quit/);
    expect(screen).to.have.lengthOf(24);
    expect(Math.max(...screen.map(widthOf))).to.be.at.most(80);
    terminal.press('Down');
    // The streams were there before the command was started.
    const described = (await terminal.until(/^ {2}[\d.]+ s old, 1 records/m)).find((line) => line.includes(' s old'));
    expect(Number(/([\d.]+) s old/.exec(described ?? '')?.[1])).to.be.greaterThan(0.5);
  });

  it('scrolls to the last stream, filters and sorts by keys, and follows the size of the terminal', async () => {
    await start();
    await terminal.until(/40 streams live/);
    terminal.press('s', 'End');
    await terminal.until(/27–40 of 4[01], by subject|28–41 of 41, by subject/);
    terminal.press('/');
    terminal.enter('.7. live');
    await terminal.until(/^1–1 of 1, by subject, filter: \.7\. live/m);
    terminal.press('Escape');
    await terminal.until(/of 4[01], by subject$/m);
    terminal.resize(120, 40);
    const wide = await terminal.until(/^11–40 of 40|^12–41 of 41/m);
    expect(wide).to.have.lengthOf(40);
    terminal.resize(60, 10);
    const narrow = await terminal.until(/^35–40 of 40|^36–41 of 41/m);
    expect(Math.max(...narrow.map(widthOf))).to.be.at.most(60);
  });

  for (const [key, code] of [
    ['q', 0],
    ['C-c', 130],
  ] as const) {
    it(`leaves nothing behind at ${key}: neither on the screen nor in its history, nor in the settings`, async () => {
      terminal.enter('echo before; stty -g | cksum');
      const before = (await terminal.until(/^\d+ \d+$/m)).find((line) => /^\d+ \d+$/.test(line));
      await start();
      await terminal.until(/40 streams live/);
      terminal.press(key);
      terminal.enter('echo "exit $?"; stty -g | cksum');
      await terminal.until(new RegExp(`^exit ${code}$`, 'm'));
      const screen = await terminal.until(/exit[^]*\n\$$/m);
      expect(terminal.ask('alternate_on')).to.equal('0');
      expect(terminal.ask('cursor_flag')).to.equal('1');
      expect(screen.filter((line) => line === before)).to.have.lengthOf(2);
      expect(terminal.history().join('\n')).not.to.match(/streams live|q quit/);
      expect(terminal.history()).to.include('before');
    });
  }

  it('gives the terminal back at Ctrl-Z, and goes on at fg', async () => {
    await start();
    await terminal.until(/40 streams live/);
    terminal.press('C-z');
    await terminal.until(/Stopped/);
    expect(terminal.ask('alternate_on')).to.equal('0');
    terminal.enter('fg');
    await terminal.until(/^q quit/m);
    expect(terminal.ask('alternate_on')).to.equal('1');
    terminal.press('q');
    await terminal.until(/^\$ *$/m);
  });

  it('gives the terminal back where it is ended', async () => {
    await start();
    terminal.press('C-z');
    await terminal.until(/Stopped/);
    terminal.enter('kill %1; fg; echo "ended with $?"');
    await terminal.until(/^ended with 143$/m);
    expect(terminal.ask('alternate_on')).to.equal('0');
    expect(terminal.ask('cursor_flag')).to.equal('1');
  });

  it('prints once, as wide as the terminal, where that is asked', async () => {
    await terminal.until(/^\$$/m);
    terminal.resize(100, 60);
    terminal.enter(`${process.execPath} ${builtCommand()} top -s ${server.url} --once -i 500ms`);
    await terminal.until(/40 streams live[^]*\n\$\n/);
    expect(terminal.ask('alternate_on')).to.equal('0');
    const table = terminal.screen().filter((line) => line.startsWith('注文'));
    expect(table).to.have.lengthOf(40);
  });
});
