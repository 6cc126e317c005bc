import { expect } from 'chai';
import { Stop } from '../../../src/producer/stop-signal.js';

describe('Stop', () => {
  it('tells its listeners once, with the reason of the first stop', () => {
    const stop = new Stop();
    const heard: unknown[] = [];
    stop.addEventListener('abort', () => heard.push(stop.reason));
    const removed = () => heard.push('removed');
    stop.addEventListener('abort', removed);
    stop.removeEventListener('abort', removed);
    stop.abort('one');
    stop.abort('two');
    expect([stop.aborted, stop.reason, heard]).to.deep.equal([true, 'one', ['one']]);
  });

  it('has the signal of the platform, whether it is asked for before the stop or after it', () => {
    for (const isBefore of [true, false]) {
      const stop = new Stop();
      const heard: string[] = [];
      stop.addEventListener('abort', () => heard.push('the package'));
      if (isBefore) stop.signal.addEventListener('abort', () => heard.push('the application'));
      stop.abort('why');
      expect([stop.signal.aborted, stop.signal.reason]).to.deep.equal([true, 'why']);
      expect(stop.signal).to.equal(stop.signal);
      expect(heard).to.deep.equal(isBefore ? ['the application', 'the package'] : ['the package']);
    }
  });
});
