import { expect } from 'chai';
import {
  checkAddressesArgument,
  checkHandleOptions,
  checkOpenStreamOptions,
} from '../../../src/validation/arguments.js';
import { StreamError } from '../../../src/errors.js';

type Refused = readonly [title: string, value: unknown, message: string];

function refuses(check: (value: unknown) => void, cases: readonly Refused[]): void {
  for (const [title, value, message] of cases) {
    it(`refuses ${title}`, () => {
      expect(() => {
        check(value);
      })
        .to.throw(StreamError, message)
        .with.property('code', 'badArgument');
    });
  }
}

function takes(check: (value: unknown) => void, cases: readonly (readonly [title: string, value: unknown])[]): void {
  for (const [title, value] of cases) {
    it(`takes ${title}`, () => {
      expect(() => {
        check(value);
      }).not.to.throw();
    });
  }
}

const noop = () => undefined;

describe('checkOpenStreamOptions', () => {
  takes(checkOpenStreamOptions, [
    ['no options', {}],
    [
      'options that are undefined',
      { signal: undefined, timeoutMs: undefined, onRecord: undefined, onObject: undefined },
    ],
    ['a signal', { signal: new AbortController().signal }],
    ['a signal that has aborted, for openStream throws its reason', { signal: AbortSignal.abort() }],
    [
      'the signal of another realm',
      { signal: { aborted: false, addEventListener: noop, removeEventListener: noop, throwIfAborted: noop } },
    ],
    ['a deadline of 0', { timeoutMs: 0 }],
    ['a fraction of a millisecond', { timeoutMs: 0.5 }],
    ['the longest deadline', { timeoutMs: 2_147_483_647 }],
    ['onRecord', { onRecord: noop }],
    ['onObject', { onObject: noop }],
  ]);

  refuses(checkOpenStreamOptions, [
    ['null for options', null, 'options: expected an object, came null'],
    ['a signal in the place of options', 5_000, 'options: expected an object, came number'],
    ['an array', [], 'options: expected an object, came an array'],
    ['another case', { timeoutMS: 1 }, 'unknown option timeoutMS (did you mean timeoutMs?): expected one of signal,'],
    ['a name without its unit', { timeout: 1 }, 'unknown option timeout (did you mean timeoutMs?)'],
    ['a slip of the pen', { onRecrod: noop }, 'unknown option onRecrod (did you mean onRecord?)'],
    ['a name that is like none', { toString: noop }, 'unknown option toString: expected one of signal, timeoutMs'],
    [
      'the controller in the place of its signal',
      { signal: new AbortController() },
      'signal: expected an AbortSignal, came object',
    ],
    ['null for a signal', { signal: null }, 'signal: expected an AbortSignal, came null'],
    [
      'an event target that is no signal',
      { signal: new EventTarget() },
      'signal: expected an AbortSignal, came object',
    ],
    ['a deadline as text', { timeoutMs: '100' }, 'timeoutMs: expected a number from 0 to 2147483647, came string'],
    ['null for a deadline', { timeoutMs: null }, 'timeoutMs: expected a number from 0 to 2147483647, came null'],
    ['a negative deadline', { timeoutMs: -1 }, 'came -1'],
    ['a deadline that is NaN', { timeoutMs: NaN }, 'came NaN'],
    ['a deadline that timers cannot keep', { timeoutMs: 2 ** 31 }, 'came 2147483648'],
    ['onRecord that is no function', { onRecord: {} }, 'onRecord: expected a function, came object'],
    ['null for onObject', { onObject: null }, 'onObject: expected a function, came null'],
    ['both callbacks', { onRecord: noop, onObject: noop }, 'expected onRecord or onObject, came both'],
  ]);
});

describe('checkHandleOptions', () => {
  takes(checkHandleOptions, [
    ['no options', {}],
    ['a queue that is undefined', { queue: undefined }],
    ['a queue', { queue: 'workers' }],
    ['a queue with dots and dashes', { queue: 'workers.eu-1_a' }],
    ['a queue of other letters', { queue: 'größe' }],
    ['the longest queue', { queue: 'q'.repeat(200) }],
  ]);

  refuses(checkHandleOptions, [
    ['null for options', null, 'options: expected an object, came null'],
    ['a queue in the place of options', 'workers', 'options: expected an object, came string'],
    ['another name of the option', { queueGroup: 'a' }, 'unknown option queueGroup (did you mean queue?)'],
    ['null for a queue', { queue: null }, 'queue: expected a string, came null'],
    ['a queue that is a number', { queue: 1 }, 'queue: expected a string, came number'],
    ['an empty queue', { queue: '' }, 'queue: expected a name without white space'],
    ['a queue with a space', { queue: 'a b' }, 'came "a b"'],
    ['a queue with a tab', { queue: 'a\tb' }, 'came "a\\tb"'],
    ['a queue that holds protocol', { queue: 'a 1\r\nPUB x 0\r\n' }, 'came "a 1\\r\\nPUB x 0\\r\\n"'],
    ['a queue with a line feed at its end', { queue: 'a\n' }, 'came "a\\n"'],
    ['a queue with a zero character', { queue: 'a\0' }, 'queue: expected a name without white space'],
    ['a queue with half a character', { queue: 'a\ud800' }, 'queue: expected a name without white space'],
    ['a queue with a star', { queue: 'a.*' }, 'queue: expected a name without white space, wildcards'],
    ['a queue with a tail', { queue: '>' }, 'queue: expected a name without white space, wildcards'],
    ['a queue too long for a line', { queue: 'ä'.repeat(101) }, 'queue: expected at most 200 bytes, came 202'],
  ]);
});

describe('checkAddressesArgument', () => {
  const addresses = { subject: 'logs', consumerId: '_SINBOX.c.', streamId: 's' };

  takes(checkAddressesArgument, [
    ['addresses', addresses],
    ['what the consumer can read', { ...addresses, exact: true, superjson: false }],
    ['options that are undefined', { ...addresses, exact: undefined, superjson: undefined }],
    ['an open request that says more', { ...addresses, heartBeatRequestSub: 'x', body: null }],
  ]);

  refuses(checkAddressesArgument, [
    ['nothing', undefined, 'addresses: expected an object with subject, consumerId and streamId, came undefined'],
    ['null', null, 'came null'],
    ['a subject in the place of addresses', 'logs', 'came string'],
    ['no subject', { ...addresses, subject: undefined }, 'subject: expected a string, came undefined'],
    ['a consumer id that is a number', { ...addresses, consumerId: 1 }, 'consumerId: expected a string, came number'],
    ['null for a stream id', { ...addresses, streamId: null }, 'streamId: expected a string, came null'],
    ['an exactness that is text', { ...addresses, exact: 'no' }, 'exact: expected a boolean, came string'],
    ['a number for superjson', { ...addresses, superjson: 1 }, 'superjson: expected a boolean, came number'],
  ]);
});
