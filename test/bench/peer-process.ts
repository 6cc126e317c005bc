import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { typescriptLoader } from '../support/build.js';

/** A process of a bench that plays one part in it, and answers what it is asked. */
export interface PeerProcess {
  readonly child: ChildProcess;
  /** One question at a time. */
  ask<Answer>(what: string): Promise<Answer>;
}

/**
 * Starts the module of a bench once more, with its part in it as JSON after `--peer`. Resolves with its first word, which
 * says that it is ready.
 *
 * @param module The URL of the module.
 * @param flags What Node is given beside.
 */
export async function startPeer(module: string, part: object, flags: readonly string[] = []): Promise<PeerProcess> {
  const child = fork(fileURLToPath(module), ['--peer', JSON.stringify(part)], {
    execArgv: [...flags, '--import', typescriptLoader],
  });
  await once(child, 'message');
  return {
    child,
    ask: async <Answer>(what: string) => {
      const answer = once(child, 'message');
      child.send(what);
      return ((await answer) as [Answer])[0];
    },
  };
}
