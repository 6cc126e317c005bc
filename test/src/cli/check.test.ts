import { expect } from 'chai';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explainLoadFailure, readExports } from '../../../src/cli/check/load-system.js';
import { brokenTimingRules } from '../../../src/cli/check/timing-rules.js';
import { readJsonLines } from '../../../src/tracing/json-lines.js';
import type { TraceViolation } from '../../../src/testing/index.js';
import { endCommands, runCommand, withTypeScript } from './command-line.js';

/** The parts of the JSON report that are read here. */
interface Report {
  readonly complete: boolean;
  readonly stoppedBy?: string;
  readonly states: number;
  readonly edges: number;
  readonly ms: number;
  readonly properties: readonly {
    readonly property: string;
    readonly verdict: string;
    readonly worst?: number | null;
  }[];
  readonly coverage: Readonly<Record<string, { readonly unusedStates: readonly string[] }>>;
  readonly violations: readonly TraceViolation[];
}

async function check(...args: readonly string[]) {
  const run = runCommand(['check', ...args], args.includes(market) ? { env: withTypeScript } : {});
  const code = await run.ended;
  return { code, stdout: run.stdout, stderr: run.stderr };
}

async function report(...args: readonly string[]): Promise<Report> {
  const { stdout } = await check('--json', ...args);
  return JSON.parse(stdout) as Report;
}

/** The cells of the row of a table that begins with this. */
function row(text: string, name: string): readonly string[] {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name}  `));
  return line?.split(/ {2,}/) ?? [];
}

const tooSoon = ['--delay', '1', '--silence', '5'] as const;
const market = 'test/support/market.ts';

describe('nats-stream check', () => {
  let folder = '';

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'check-'));
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  afterEach(() => endCommands());

  it('keeps where a limit ended it in a file, and goes on from there', async () => {
    const file = join(folder, 'far.bin');
    const system = ['--streams', '2', '--records', '0'] as const;
    const stopped = await check(...system, '--states', '5000', '--checkpoint', file);
    expect([stopped.code, existsSync(file)]).to.deep.equal([3, true]);
    expect(stopped.stderr).to.include(`wrote ${file}; the same command goes on from there`);

    const another = await check('--streams', '1', '--checkpoint', file);
    expect(another.code).to.equal(1);
    expect(another.stderr).to.include(`--checkpoint ${file}: expected a checkpoint of this system`);

    const { complete, states, edges } = await report(...system, '--checkpoint', file);
    const whole = await report(...system);
    expect({ complete, states, edges }).to.deep.equal({ complete: true, states: whole.states, edges: whole.edges });
    expect(existsSync(file)).to.equal(false);

    writeFileSync(file, 'something else');
    const wrong = await check('--checkpoint', file);
    expect(wrong.code).to.equal(1);
    expect(wrong.stderr).to.include('expected a file that --checkpoint has written, came another one');
  });

  it('explains itself with examples', async () => {
    const { code, stdout } = await check('--help');
    expect(code).to.equal(0);
    expect(stdout).to.match(/Exit codes:[^]*Examples:\n {2}\$ nats-stream check\n/);
  });

  describe('the shipped protocol', () => {
    it('ends with a verdict on each property, the worst times and what was never used, and exits with 0', async () => {
      const { code, stdout, stderr } = await check('--delay', '1');
      expect(code).to.equal(0);
      expect(stderr).to.equal('');
      expect(stdout).to.match(/^system {2}1 stream for one consumer, 1 record each, exact reports, delay 1/m);
      expect(stdout).to.match(/^ticks {3}I 4, T 3, K 2, S 11, O 11, Bp 9, Bc 7$/m);
      expect(stdout).to.match(/^faults {2}none$/m);
      expect(stdout).not.to.match(/^timing/m);
      expect(row(stdout, 'no step breaks').slice(1)).to.deep.equal(['always', 'held']);
      expect(row(stdout, 'A: a reader that left stops the source').slice(1)).to.deep.equal([
        'leads to',
        'held',
        '6',
        '6',
      ]);
      expect(row(stdout, 'A: a stream is complete').slice(1)).to.deep.equal(['reachable', 'reached']);
      expect(row(stdout, 'source').slice(1)).to.deep.equal(['0', '0', '0']);
      expect(stdout).to.match(/^1,657 states, 3,991 edges, depth \d+, /m);
      expect(stdout).to.match(/^Complete: /m);
    });

    it('takes the budgets and durations that are given', async () => {
      const { code, stdout } = await check(
        ...['--records', '0', '--drop', '1', '--crash', '1', '--late', '0', '--interval', '5', '--silence', '13'],
        ...['--open', '13', '--plain', '--order', 'subject'],
      );
      expect(stdout).to.match(/^system .* 0 records each, plain reports, delay 0, order subject$/m);
      expect(stdout).to.match(/^ticks {3}I 5, T 3, K 2, S 13, O 13,/m);
      expect(stdout).to.match(/^faults {2}drop 1, crash 1$/m);
      expect(row(stdout, 'A: a source stops whose consumer has died').slice(1)).to.deep.equal([
        'leads to',
        'held',
        '13',
        '13',
      ]);
      expect(code).to.equal(0);
    });

    it('explores streams that differ by name alone once, with the same verdicts and times', async () => {
      const options = ['--streams', '2', '--records', '0'];
      const [plain, symmetric] = [await report(...options), await report(...options, '--symmetric')];
      expect(symmetric.properties).to.deep.equal(plain.properties);
      expect(symmetric.complete).to.equal(true);
      expect(plain.states / symmetric.states).to.be.within(1.9, 2);
      const { code, stderr } = await check('--consumers', '2', '--symmetric');
      expect(code).to.equal(2);
      expect(stderr).to.include("'--symmetric' goes with one consumer only");
    });

    it('names what was never used where it is asked to', async () => {
      const { stdout } = await check('--coverage');
      expect(stdout).to.match(/^reader\n {2}state {7}reader\.wronged\n {2}transition {2}reader\.\w+: /m);
    });

    it('prints one object with --json', async () => {
      const { complete, states, edges, properties, coverage, violations } = await report('--delay', '1');
      expect({ complete, states, edges, violations }).to.deep.equal({
        complete: true,
        states: 1_657,
        edges: 3_991,
        violations: [],
      });
      expect(properties).to.deep.include({
        property: 'A: a reader that left stops the source',
        kind: 'leadsTo',
        verdict: 'held',
        within: 6,
        worst: 6,
      });
      expect(coverage['reader']?.unusedStates).to.deep.equal(['reader.wronged']);
    });

    it('shows how a violation comes about, names the timing rule that is broken, and exits with 1', async () => {
      const { code, stdout } = await check(...tooSoon);
      expect(code).to.equal(1);
      expect(stdout).to.match(/^timing {2}S > \(L \+ 1\)·I \+ 2·D is broken: S = 5, the right side is 6$/m);
      expect(row(stdout, 'A: without a fault nobody is told of one').slice(1)).to.deep.equal(['always', 'violated']);
      expect(row(stdout, 'no step breaks').slice(1)).to.deep.equal(['always', 'held so far']);
      expect(stdout).to.match(/^Violated: 'A: without a fault nobody is told of one'\./m);
      expect(stdout).to.match(/^tick {2}consumer +producer\n {3}0 {2}● open A [^]* ◷ A silenceTimeout /m);
    });

    it('keeps every property with one tick more', async () => {
      const { code } = await check('--delay', '1', '--silence', '6');
      expect(code).to.equal(0);
    });

    it('goes on after the first violation with --all', async () => {
      const args = ['--streams', '2', '--records', '0', '--silence', '4'];
      const { violations } = await report('--all', ...args);
      expect(violations.map(({ property }) => property)).to.include.members([
        'A: without a fault nobody is told of one',
        'B: without a fault nobody is told of one',
      ]);
      expect((await report(...args)).violations).to.have.length(1);
    });
  });

  describe('--trace', () => {
    it('writes the first violation as records, one a line', async () => {
      const file = join(folder, 'out.json');
      const { code, stderr } = await check(...tooSoon, '--trace', file);
      expect(code).to.equal(1);
      expect(stderr).to.equal(`nats-stream: wrote ${file}\n`);
      const records = readJsonLines(readFileSync(file, 'utf8'));
      const label = 'A: without a fault nobody is told of one';
      expect(records[0]).to.include({ type: 'run', source: 'explored', unit: 'tick', label });
      const systems = records.flatMap((record) => (record.type === 'system' ? [record.system] : []));
      expect(systems).to.deep.equal(['consumer', 'producer']);
      expect(records.find(({ type }) => type === 'mark')).to.include({ at: 0, kind: 'note', text: 'open A' });
      const fired = records.findLast((record) => record.type === 'timer' && record.op === 'fire');
      expect(fired).to.include({ at: 5, system: 'consumer', actor: 'A' });
      expect(records.at(-1)).to.include({ at: 5, type: 'mark', kind: 'violation' });
    });

    it('says that there is none where nothing is violated', async () => {
      const file = join(folder, 'none.json');
      const { code, stderr } = await check('--trace', file);
      expect(code).to.equal(0);
      expect(stderr).to.match(/^nats-stream: no violation was found, so there is no trace, and .*none\.json was not/);
      expect(existsSync(file)).to.equal(false);
    });

    it('is refused before anything is explored where it cannot be written', async () => {
      const kept = join(folder, 'kept.json');
      writeFileSync(kept, 'precious');
      const refused = await check(...tooSoon, '--trace', kept);
      expect(refused.stderr).to.match(/--trace .*: expected no such file, but it is there; --overwrite replaces it/);
      expect(readFileSync(kept, 'utf8')).to.equal('precious');
      await check(...tooSoon, '--trace', kept, '--overwrite');
      expect(readFileSync(kept, 'utf8')).to.match(/^{"type":"run"/);
      const { code, stdout, stderr } = await check('--trace', join(folder, 'nowhere', 'out.json'));
      expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
      expect(stderr).to.match(/^nats-stream: --trace .*: ENOENT[^\n]*\n$/);
    });
  });

  describe('what is not complete', () => {
    it('exits with 3 at a limit, and says what held so far', async () => {
      const { code, stdout } = await check('--streams', '2', '--states', '3000');
      expect(code).to.equal(3);
      expect(stdout).to.match(/^Not complete \(the limit of states was reached\): nothing is violated/m);
      expect(row(stdout, 'B: who left is reported').slice(1)).to.deep.equal(['always', 'held so far']);
      expect(row(stdout, 'A: what is over is forgotten')[3]).to.match(/^so far \d+$/);
    });

    it('shows how it stands, and at an interrupt prints what is known and exits with 130', async () => {
      const run = runCommand(['check', '--streams', '4', '--delay', '1', '--drop', '2', '--crash', '1', '--progress']);
      await run.untilStderr(/^[\d,]+ states, [\d,]+ a second, frontier [\d,]+, depth \d+, [\d.]+ MiB, \d+ s\n/m);
      run.kill('SIGINT');
      expect(await run.ended).to.equal(130);
      expect(run.stderr).to.match(/^nats-stream: interrupted, and judging what is known$/m);
      expect(run.stdout).to.match(/^Not complete \(it was interrupted\): nothing is violated in what was explored\.$/m);
      expect(row(run.stdout, 'A: who left is reported').slice(1)).to.deep.equal(['always', 'held so far']);
    });
  });

  describe('--simulate', () => {
    const walk = ['--streams', '2', '--delay', '1', '--drop', '1', '--simulate', '300', '--walks', '5'] as const;

    it('takes the same steps for the same seed', async () => {
      const [first, again] = await Promise.all([report(...walk, '--seed', '7'), report(...walk, '--seed', '7')]);
      expect({ ...first, ms: 0 }).to.deep.equal({ ...again, ms: 0 });
      expect(first).to.include({ complete: false, walks: 5, seed: 7, steps: 1_500 });
      expect(first).not.to.have.property('coverage');
    });

    it('exits with 0 where nothing is met, and claims no proof', async () => {
      const { code, stdout } = await check(...walk);
      expect(code, stdout).to.equal(0);
      expect(stdout).to.match(/^5 walks, 1,500 steps, [\d,]+ ticks, seed \d+, /m);
      expect(stdout).to.match(/^Nothing is violated on the way, which proves nothing\.$/m);
    });

    it('exits with 1 at a violation, and names its seed', async () => {
      const { code, stdout } = await check(
        ...['--system', market, '--drop', '1', '--simulate', '100', '--walks', '50', '--seed', '1'],
      );
      expect(code).to.equal(1);
      expect(stdout).to.match(
        /^'who pays is served' takes more than 2 ticks \(seed \d+\), shrunk from \d+ steps\n\ntick {2}buyer /m,
      );
    });
  });

  describe('--system', () => {
    it('explores the machines of a module', async () => {
      const { code, stdout } = await check('--system', market);
      expect(code).to.equal(0);
      expect(stdout).to.match(/^nats-stream check: test\/support\/market\.ts\nsystem {2}buyer, shop, delay 1\n/);
      expect(row(stdout, 'nobody pays twice').slice(1)).to.deep.equal(['always', 'held']);
      expect(row(stdout, 'comes to rest only where it may').slice(1)).to.deep.equal(['rest', 'held']);
      expect(row(stdout, 'who pays is served').slice(1)).to.deep.equal(['leads to', 'held', '2', '2']);
      expect(row(stdout, 'somebody is served').slice(1)).to.deep.equal(['reachable', 'reached']);
    });

    it('tells a deadlock of a system that does not say where it may rest', async () => {
      const file = join(folder, 'silent.ts');
      const source = new URL('../../support/market.ts', import.meta.url).href;
      writeFileSync(
        file,
        `import market from '${source}';\nexport const { system } = market;\n` +
          'export const properties = { always: market.properties.always };\n',
      );
      const run = runCommand(['check', '--system', file], { env: withTypeScript });
      expect(await run.ended).to.equal(1);
      expect(row(run.stdout, 'comes to rest only where it may').slice(1)).to.deep.equal(['rest', 'violated']);
      expect(run.stdout).to.match(
        /^a deadlock: nothing but time can happen from here\. [^\n]+mayRest[^]*buyer: paying -> done/m,
      );
    });

    it('adds the faults that are asked for', async () => {
      const { code, stdout } = await check('--system', market, '--drop', '1');
      expect(code).to.equal(1);
      expect(stdout).to.match(/^'nobody pays twice' does not hold\n\ntick {2}buyer +shop\n[^]*│x─+ paid ─/m);
    });

    const refused: Readonly<Record<string, readonly [source: string | undefined, why: RegExp]>> = {
      'a file that is not there': [undefined, /there is no such file/],
      'a module that throws': ["throw new Error('not today');", /: not today/],
      'a module without a system': ['export const machines = [];', /but it exports machines/],
      'a system that is none': ['export const system = { processes: {} };', /but its system is an object of processes/],
      'a kind of property that is none': [
        'export default { system: { config: { processes: {} } }, properties: { never: {} } };',
        /expected properties of the kinds always, leadsTo, reachable, mayRest, but there is 'never'/,
      ],
    };
    for (const [fact, [source, why]] of Object.entries(refused)) {
      it(`refuses ${fact} in one line`, async () => {
        const file = join(folder, `${fact.replaceAll(' ', '-')}.mjs`);
        if (source !== undefined) writeFileSync(file, source);
        const { code, stdout, stderr } = await check('--system', file);
        expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
        expect(stderr).to.match(/^nats-stream: --system [^\n]+\n$/);
        expect(stderr).to.match(why);
      });
    }

    it('tells what helps where this Node does not load TypeScript', () => {
      const unknown = Object.assign(new TypeError('Unknown file extension ".ts"'), {
        code: 'ERR_UNKNOWN_FILE_EXTENSION',
      });
      expect(explainLoadFailure('market.ts', unknown)).to.match(
        /Node 22\.18.*NODE_OPTIONS='--import tsx' .*market\.ts/,
      );
      expect(explainLoadFailure('market.txt', unknown)).to.equal('Unknown file extension ".ts"');
      const syntax = Object.assign(new SyntaxError('enum is not supported'), {
        code: 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX',
      });
      expect(explainLoadFailure('market.ts', syntax)).to.match(/^enum is not supported\. .*--import tsx/);
    });

    it('takes the named exports, the default export, and that of a CommonJS module', () => {
      const own = { system: { config: { processes: {} } }, properties: { always: {} } };
      for (const module of [own, { default: own }, { default: { default: own } }]) {
        expect(readExports(module)).to.deep.equal(own);
      }
      expect(readExports({ system: own.system })).to.deep.equal({ system: own.system, properties: {} });
    });
  });

  describe('its command line', () => {
    const wrong: Readonly<Record<string, readonly [args: readonly string[], why: RegExp]>> = {
      'a number of streams that is none': [['--streams', '0'], /whole number of at least 1/],
      'a budget that is none': [['--drop', 'some'], /Expected a whole number/],
      'an order that is none': [['--order', 'alphabetical'], /Allowed choices are connection, subject, none/],
      'more streams than letters': [
        ['--streams', '9', '--consumers', '3'],
        /at most 26 streams in all, but 9 for each/,
      ],
      'a description of the protocol beside another system': [
        ['--system', market, '--streams', '2'],
        /'--system <file>' cannot be used with option '--streams <n>'/,
      ],
      'a limit of states for random steps': [['--simulate', '9', '--states', '9'], /cannot be used with option/],
      'a seed without random steps': [['--seed', '1'], /'--seed' goes with '--simulate' only/],
      'walks without random steps': [['--walks', '2'], /'--walks' goes with '--simulate' only/],
      'a length of stalls without stalls': [['--late-ticks', '2'], /'--late-ticks' goes with '--late' only/],
    };
    for (const [fact, [args, why]] of Object.entries(wrong)) {
      it(`refuses ${fact}`, async () => {
        const { code, stdout, stderr } = await check(...args);
        expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
        expect(stderr).to.match(why);
      });
    }
  });
});

describe('the timing rules of a system', () => {
  it('are kept by the defaults with a delay of one tick and one loss', () => {
    expect(brokenTimingRules({ delay: 1, faults: { drop: 1 } })).to.deep.equal([]);
  });

  const broken: Readonly<Record<string, Parameters<typeof brokenTimingRules>[0]>> = {
    '2·D < T is broken: D = 2, T = 4': { delay: 2, ticks: { requestTimeout: 4, silence: 99, open: 99 } },
    'T ≤ I is broken: T = 5, I = 4': { ticks: { requestTimeout: 5 } },
    'K ≥ L + 1 is broken: K = 2, L = 2': { faults: { drop: { max: 2 } }, ticks: { silence: 99, open: 99 } },
    'S > (L + 1)·I + 2·D is broken: S = 10, the right side is 10': {
      delay: 1,
      faults: { drop: 1 },
      ticks: { silence: 10 },
    },
    'O > (L + 1)·I + 2·D is broken: O = 4, the right side is 4': { ticks: { open: 4 } },
  };
  for (const [rule, options] of Object.entries(broken)) {
    it(`tell that ${rule}`, () => {
      expect(brokenTimingRules(options)).to.deep.equal([rule]);
    });
  }
});
