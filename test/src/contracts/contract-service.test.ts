import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { createTestBroker } from '../../support/pair.js';
import { serve, watch } from './contract-service.js';

describe('a service of a contract', () => {
  it('takes at most 60 lines, its schema, both sides and their imports included', () => {
    const text = readFileSync(new URL('contract-service.ts', import.meta.url), 'utf8');
    const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('//'));
    expect(lines.length).to.be.lessThan(61);
  });

  it('serves who may ask, is told of cancels, and refuses strangers and jobs that are not there by name', async () => {
    const broker = createTestBroker();
    const lines: string[] = [];
    let heardCleanUp: () => void = () => undefined;
    const cleaned = new Promise<void>((resolve) => (heardCleanUp = resolve));
    const producer = serve(broker.connect(), new Map([['7', 0]]), (line) => {
      lines.push(line);
      if (line.endsWith('cleaned up')) heardCleanUp();
    });
    expect(await watch(broker.connect(), '7', 50)).to.equal('50 of 100, true');
    await cleaned;
    expect(await watch(broker.connect(), '7', 101)).to.equal('complete');
    expect(await watch(broker.connect(), '8', 50)).to.equal('no job 8');
    expect(await watch(broker.connect(), '7', 50, 'Bearer stranger')).to.equal('not allowed');
    expect(lines.slice(0, 2)).to.deep.equal([
      '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 begins',
      '7 is cleaned up',
    ]);
    await producer.close();
  });
});
