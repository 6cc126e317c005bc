import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What runs the files of the page on fake timers, in a project that has the package. */
const runners = {
  'vitest.test.mjs': { packages: ['vitest@^4'], command: ['npx', 'vitest', 'run', 'vitest.test.mjs'] },
  'jest.test.mjs': {
    packages: ['jest@^30', '@jest/globals@^30'],
    command: [
      'node',
      '--no-warnings',
      '--experimental-vm-modules',
      'node_modules/jest/bin/jest.js',
      '--testMatch',
      '**/jest.test.mjs',
    ],
  },
  'node.test.mjs': { packages: [], command: ['node', '--no-warnings', '--test', 'node.test.mjs'] },
};

/**
 * Runs the tests that docs/testing/fake-timers.md shows for each runner.
 *
 * @param run Runs a command in the project; throws where it fails.
 * @returns the names of the runners.
 */
export function checkTestRunners(root, project, run) {
  const page = readFileSync(join(root, 'docs/testing/fake-timers.md'), 'utf8');
  const shown = new Map(Array.from(page.matchAll(/^```js (\S+)\n([\s\S]*?)^```$/gm), ([, name, text]) => [name, text]));
  const unknown = [...shown.keys()].filter((name) => !(name in runners));
  if (unknown.length > 0) throw new Error(`expected a runner for each test of the page, lacks one for ${unknown}`);
  const packages = Object.values(runners).flatMap((runner) => runner.packages);
  run('npm', 'install', '--no-audit', '--no-fund', '--no-save', ...packages);
  for (const [name, { command }] of Object.entries(runners)) {
    const text = shown.get(name);
    if (text === undefined) throw new Error(`expected the page to show ${name}`);
    writeFileSync(join(project, name), text);
    run(...command);
  }
  return Object.keys(runners);
}
