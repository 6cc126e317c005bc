import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { builtCommand } from '../../support/built-command.js';
import { startNatsServer } from '../../support/nats-server.js';
import { endCommands, runCommand } from './command-line.js';

/** Runs the command with its output where the shell says. */
function run(args: string, redirected: string) {
  const line = `'${process.execPath}' '${builtCommand()}' ${args} ${redirected}`;
  return spawnSync('bash', ['-c', line], { encoding: 'utf8' });
}

describe('output that cannot be written', () => {
  for (const args of ['--help', 'check --states 100', 'demo --once --embedded --no-page', 'top --demo -i 500ms']) {
    it(`is told, with exit code 1: ${args}`, () => {
      const { status, stderr } = run(args, '> /dev/full');
      expect(stderr).to.match(/^nats-stream: standard output: ENOSPC[^\n]*$/m);
      expect(stderr.match(/standard output/g)).to.have.lengthOf(1);
      expect(stderr).not.to.match(/^ +at /m);
      expect(status).to.equal(1);
    });
  }

  it('ends a stream that open prints, with exit code 1, and is no fault where the pipe was closed', async () => {
    const server = await startNatsServer();
    try {
      const serving = runCommand(['serve', 'endless', '-s', server.url, '--', 'yes']);
      await serving.untilStderr(/serving/);
      const full = run(`open endless -s ${server.url}`, '> /dev/full');
      expect(full.stderr).to.match(/^nats-stream: standard output: ENOSPC/m);
      expect(full.status).to.equal(1);
      const closed = run(`open endless -s ${server.url}`, '| head -n 1; exit ${PIPESTATUS[0]}');
      expect(closed).to.include({ status: 0, stdout: 'y\n', stderr: '' });
    } finally {
      await endCommands();
      await server.stop();
    }
  });
});
