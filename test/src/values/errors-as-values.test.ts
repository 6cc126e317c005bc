import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { encodeValue } from '../../../src/values/codec.js';
import { differenceOf } from '../../support/isomorphism.js';
import { carried, jsonOf, refusalOf } from '../../support/values.js';

function thrownBy(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('expected an error');
}

class Unreachable extends Error {
  override readonly name = 'Unreachable';
  constructor(
    message: string,
    readonly code: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

describe('Errors as values, between peers that read superjson', () => {
  for (const ErrorClass of [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]) {
    it(`carry a ${ErrorClass.name} as one`, () => {
      const came = carried(new ErrorClass('what happened'));
      expect(Object.getPrototypeOf(came)).to.equal(ErrorClass.prototype);
      expect(Object.getOwnPropertyNames(came).sort()).to.deep.equal(['message', 'stack']);
      expect(came.message).to.equal('what happened');
    });
  }

  it('carry the errors of an AggregateError', () => {
    const error = new AggregateError([new TypeError('a'), 'text', new AggregateError([], 'none')], 'all failed');
    const came = carried(error);
    expect(came).to.be.instanceOf(AggregateError);
    expect(differenceOf(error, came)).to.equal(undefined);
    expect(Object.keys(came)).to.deep.equal([]);
  });

  it('carry the fields that the system gives an error', () => {
    const error = thrownBy(() => readFileSync('/nowhere/at/all')) as NodeJS.ErrnoException;
    const { code, errno, syscall, path } = error;
    const came = carried(error);
    expect(came).to.include({ code, errno, syscall, path, name: 'Error', message: error.message });
    expect(Object.keys(came)).to.have.members(Object.keys(error));
  });

  it('carry an error of a class of the application with its name, its fields and its cause', () => {
    const error = new Unreachable('away', 'E_AWAY', { cause: new Unreachable('deeper', 'E_DEEP') });
    const came = carried(error);
    expect(came).to.include({ name: 'Unreachable', message: 'away', code: 'E_AWAY' });
    expect(came.cause).to.be.instanceOf(Error).and.to.include({ name: 'Unreachable', code: 'E_DEEP' });
  });

  it('invent no cause, and keep one that is undefined', () => {
    expect(Object.hasOwn(carried(new Error('a')), 'cause')).to.equal(false);
    const came = carried(new Error('a', { cause: undefined }));
    expect(Object.hasOwn(came, 'cause')).to.equal(true);
    expect(came.cause).to.equal(undefined);
  });

  it('carry fields of any kind, at any depth', () => {
    const error = Object.assign(new Error('a'), {
      at: new Date(0),
      tags: new Set(['x']),
      gone: undefined,
      details: { big: 1n, constructor: 'x' },
    });
    const came = carried(new Map([['error', [error]]])).get('error')?.[0];
    expect(came).to.include({ gone: undefined });
    expect(Object.entries(came as Error)).to.deep.equal(Object.entries(error));
  });

  it('carry an error without a message, and one with another name', () => {
    expect(carried(new Error())).to.have.property('message', '');
    const named = carried(Object.assign(new TypeError('a'), { name: 'Own' }));
    expect(named).to.include({ name: 'Own', message: 'a' });
  });

  it('carry the code of a DOMException', () => {
    const error = AbortSignal.abort().reason as DOMException;
    expect(carried(error)).to.include({ name: 'AbortError', message: error.message, code: 20 });
  });

  it('tell nothing of where the error was read', () => {
    expect(carried(new TypeError('a')).stack).to.equal('TypeError: a');
    expect(jsonOf(new Error('a'))).to.deep.equal({ name: 'Error', message: 'a' });
  });

  const refused: readonly (readonly [what: string, error: Error])[] = [
    ['a function among its fields', Object.assign(new Error('a'), { retry: () => 1 })],
    ['a symbol among its fields', Object.assign(new Error('a'), { kind: Symbol('a') })],
    ['a promise as its cause', new Error('a', { cause: Promise.resolve() })],
    ['a message that is no text', Object.assign(new Error('a'), { message: { a: 1 } })],
    ['a name that is no text', Object.assign(new Error('a'), { name: 7 })],
  ];
  for (const [what, error] of refused) {
    it(`refuse an error with ${what}`, () => {
      expect(refusalOf(() => encodeValue({ error }, undefined, true)).code).to.equal('notEncodable');
    });
  }
});
