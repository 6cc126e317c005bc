import { createRecorder, inspectOverNats, type NatsConnection, type Recorder } from '../../index.js';

/** The records of one process of the demo. */
export interface DemoRecording {
  /** For the clients of the process. */
  readonly options: { readonly recorder?: Recorder };
  /** Resolves when the server has taken the last of them. */
  stop(): Promise<void>;
}

/** Publishes what happens to the clients of a demo, where somebody watches it. */
export function recordDemo(connection: NatsConnection, process: string, subject: string | undefined): DemoRecording {
  if (subject === undefined) return { options: {}, stop: () => Promise.resolve() };
  const recorder = createRecorder();
  const inspection = inspectOverNats(recorder, connection, { subject, process });
  return {
    options: { recorder },
    stop: async () => {
      inspection.stop();
      await connection.flush().catch(() => undefined);
    },
  };
}
