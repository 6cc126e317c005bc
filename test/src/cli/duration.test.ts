import { expect } from 'chai';
import { parseDuration } from '../../../src/cli/duration.js';

describe('duration on the command line', () => {
  for (const [text, ms] of Object.entries({
    '1': 1,
    '1500': 1500,
    '500ms': 500,
    '5s': 5000,
    '1.5s': 1500,
    '2m': 120_000,
    '1h': 3_600_000,
  })) {
    it(`reads ${text} as ${ms} ms`, () => {
      expect(parseDuration(text)).to.equal(ms);
    });
  }

  for (const text of ['', '0', '0.1ms', '-1', '5 s', 's', '1e3', '5d', 'soon', '25d', '597h']) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(parseDuration(text)).to.equal(undefined);
    });
  }
});
