'use strict';
const { readFileSync, writeFileSync } = require('node:fs');
const { relative } = require('node:path');
const { cwd, env } = require('node:process');
const { reporters } = require('mocha');

/** Tells of the tests as mocha's own does, and leaves their sums and what failed in the file that LANE_SUMS names. */
module.exports = class LaneReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = env.LANE_SUMS;
    delete env.LANE_SUMS;
    const failed = [];
    const byFile = new Map();
    let before = processorMs();
    runner.on('suite end', ({ file, parent }) => {
      if (parent?.root !== true || file === undefined) return;
      const now = processorMs();
      const name = relative(cwd(), file);
      byFile.set(name, (byFile.get(name) ?? 0) + now - before);
      before = now;
    });
    runner.on('fail', (test, error) => failed.push({ title: test.fullTitle(), reason: String(error?.stack ?? error) }));
    runner.once('end', () => {
      const { passes, pending, failures } = this.stats;
      writeFileSync(
        file,
        JSON.stringify({ passes, pending, failures, failed, processorMs: processorMs(), byFile: [...byFile] }),
      );
    });
  }
};

/** What this process has taken of the processor's time, and its children that have ended. The unit of Linux is 10 ms. */
function processorMs() {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
}
