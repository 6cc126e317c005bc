import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { CloseCode } from '../../machines/index.js';
import { CloseError, messageOf, StreamError } from '../../src/errors.js';

interface CloseVector {
  readonly name: string;
  readonly value: { readonly code: number; readonly text: string; readonly error: string };
}

const { vectors } = JSON.parse(
  readFileSync(new URL('../conformance/data/wire-vectors.json', import.meta.url), 'utf8'),
) as { readonly vectors: readonly CloseVector[] };
const closeVectors = vectors.filter(({ name }) => name.startsWith('close/'));

describe('CloseError, its message', () => {
  it('is tested with all eight close vectors of the Go package', () => {
    expect(closeVectors).to.have.lengthOf(8);
  });

  for (const { name, value } of closeVectors) {
    it(`has the Go package's format for ${name}`, () => {
      expect(new CloseError(value.code, value.text).message).to.equal(value.error);
    });
  }
});

describe('CloseError', () => {
  it('is an Error with a name, a code, a text and a reason', () => {
    const error = new CloseError(1006, 'silence', 'producerSilent');
    expect(error).to.be.instanceOf(Error);
    expect(error).to.include({ name: 'CloseError', code: 1006, text: 'silence', reason: 'producerSilent' });
  });

  it('has the reason closed and no text unless told', () => {
    expect(new CloseError(4321)).to.include({ code: 4321, text: '', reason: 'closed' });
  });

  it('names the six codes of the Go package, and four of its own', () => {
    expect(CloseCode).to.deep.equal({
      Normal: 1000,
      GoingAway: 1001,
      UnsupportedData: 1003,
      AbnormalClosure: 1006,
      BadRequest: 4000,
      Refused: 4003,
      Unread: 4008,
      TooManyStreams: 4029,
      NotPermitted: 4030,
      InternalServerError: 5000,
    });
  });
});

describe('StreamError', () => {
  it('carries a code and the cause', () => {
    const cause = new Error('below');
    const error = new StreamError('tooLarge', 'expected less', { cause });
    expect(error).to.include({ name: 'StreamError', code: 'tooLarge', message: 'expected less', cause });
  });
});

describe('messageOf', () => {
  for (const [thrown, text] of [
    [new Error('a reason'), 'a reason'],
    ['a string', 'a string'],
    [undefined, 'undefined'],
    [42, '42'],
  ] as const) {
    it(`says ${JSON.stringify(text)} of ${thrown instanceof Error ? 'an Error' : typeof thrown}`, () => {
      expect(messageOf(thrown)).to.equal(text);
    });
  }
});
