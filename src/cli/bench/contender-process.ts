import { messageOf } from '../../errors.js';
import type { ConnectionOptions } from '../connection-options.js';
import { openConnection } from '../connection.js';
import { makeContender, type ContenderName } from './contender.js';
import { measure, type Amounts, type Figures } from './measure.js';

/** What a contender is told, over its channel so that no password shows in a list of processes. */
export interface Instruction {
  readonly options: ConnectionOptions;
  readonly contender: ContenderName;
  readonly subject: string;
  readonly amounts: Amounts;
}

export type Word =
  | { readonly type: 'figures'; readonly server: string; readonly figures: Figures }
  | { readonly type: 'failed'; readonly message: string };

/** Measures one contender and tells who has started this process. */
export function contenderProcess(): void {
  const tell = (word: Word): void => void process.send?.(word);
  // Without the bench nobody would ever end this process.
  process.once('disconnect', () => process.exit());
  process.once('message', (message) => {
    measureAsTold(message as Instruction).then(tell, (error: unknown) =>
      tell({ type: 'failed', message: messageOf(error) }),
    );
  });
}

async function measureAsTold({ options, contender: name, subject, amounts }: Instruction): Promise<Word> {
  const connecting = { name: `nats-stream bench ${name}`, reconnectsMax: 2 };
  const here = await openConnection(options, connecting);
  const there = await openConnection(options, connecting);
  const server = `nats-server ${here.info?.version ?? ''} on ${here.getServer()}`;
  const contender = await makeContender[name](here, there, subject);
  const figures = await measure(contender, amounts);
  await contender.close();
  await Promise.all([here.close(), there.close()]);
  return { type: 'figures', server, figures };
}
