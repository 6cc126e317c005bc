import { expect } from 'chai';
import { parseQuery, QueryError, type Fields } from '../../visualizations/src/model/query.js';

interface Item {
  readonly state: string;
  readonly subject: string;
  readonly age: number;
  readonly bytes?: number;
  readonly tags: readonly string[];
}

const fields: Fields<Item> = {
  state: (item) => item.state,
  subject: (item) => item.subject,
  age: (item) => item.age,
  bytes: (item) => item.bytes,
  tag: (item) => item.tags,
};

const item: Item = { state: 'active.listening', subject: 'log.web', age: 45_000, bytes: 70_000, tags: ['slow', 'new'] };

describe('parseQuery()', () => {
  const holding = [
    '',
    '   ',
    'state:active',
    'state:active.listening age>30s subject:log.*',
    'subject:*.web',
    'subject:"log.web"',
    'state:closed|active',
    '-state:closed',
    'age<1m',
    'age=45s',
    'age>=45s age<=45s',
    'age>0.5m',
    'bytes>64kB',
    'bytes>=70_000',
    'tag:new',
    '-tag:old',
    'WEB',
    'listen',
    '"log.web"',
  ];
  for (const text of holding) {
    it(`holds: ${JSON.stringify(text)}`, () => expect(parseQuery(text, fields)(item)).to.equal(true));
  }

  const failing = [
    'state:closed',
    'state:active age>1m',
    'subject:"log"',
    'subject:log.*.x',
    'state:closed|opening',
    '-web',
    'age>45s',
    'bytes>64KiB age>1h',
    'subject:l.g',
    'nowhere',
    'state>3',
  ];
  for (const text of failing) {
    it(`does not hold: ${JSON.stringify(text)}`, () => expect(parseQuery(text, fields)(item)).to.equal(false));
  }

  it('does not hold for a comparison with what is absent', () => {
    const unknown: Item = { state: 'active', subject: 'x', age: 1, tags: [] };
    expect(parseQuery('bytes>0', fields)(unknown)).to.equal(false);
    expect(parseQuery('bytes<=0', fields)(unknown)).to.equal(false);
  });

  const bad: readonly (readonly [string, RegExp])[] = [
    ['stat:active', /expected one of state, subject, age, bytes, tag, came "stat"/],
    ['age>soon', /age: expected a number such as 30s, 10k or 64kB, came "soon"/],
    ['age>30x', /age: expected a number/],
    ['age>', /expected a value after "age>"/],
    ['subject:"log', /expected a closing quotation mark/],
    ['constructor:x', /expected one of/],
  ];
  for (const [text, message] of bad) {
    it(`refuses ${JSON.stringify(text)} and says what it expected`, () =>
      expect(() => parseQuery(text, fields)).to.throw(QueryError, message));
  }
});
