import type { CheckerCommand, CheckerReport } from './messages.js';
import { createCheckerSession, type CheckerSession } from './session.js';

/** The explorer as a Web Worker: takes commands, and posts reports. */
interface WorkerScope {
  postMessage(message: CheckerReport): void;
  onmessage: ((event: { readonly data: CheckerCommand }) => void) | null;
}

const scope = globalThis as unknown as WorkerScope;
const sessions = new Map<string, CheckerSession>();
let running: AbortController | undefined;

const sessionOf = (exploration: string): CheckerSession => {
  const session = sessions.get(exploration) ?? createCheckerSession(exploration);
  sessions.set(exploration, session);
  return session;
};

const perform = async (command: CheckerCommand): Promise<void> => {
  switch (command.type) {
    case 'explore': {
      running?.abort();
      const own = new AbortController();
      running = own;
      const session = sessionOf(command.exploration);
      const report = await session.explore(own.signal, ({ states, depth, frontier }) => {
        scope.postMessage({ type: 'progress', progress: { states, depth, frontier } });
      });
      scope.postMessage({ type: 'report', report });
      return;
    }
    case 'stop':
      running?.abort();
      return;
    case 'walk':
      scope.postMessage({ type: 'place', ...sessionOf(command.exploration).walk(command.path) });
  }
};

scope.onmessage = ({ data }) => {
  perform(data).catch((error: unknown) => {
    scope.postMessage({ type: 'error', text: error instanceof Error ? error.message : String(error) });
  });
};
