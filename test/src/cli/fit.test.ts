import { expect } from 'chai';
import { fill, fit, widthOf } from '../../../src/cli/fit.js';
import { count, shortCount } from '../../../src/cli/numbers.js';
import { table } from '../../../src/cli/table.js';
import { duration, shortDuration } from '../../../src/cli/top/durations.js';

const texts = ['orders.eu.warehouse', '注文.東京.倉庫', 'e\u0301te\u0301', '👩‍👩‍👧‍👦 familie 🇩🇪', '가나다', '', 'x'];

describe('texts in the columns of a terminal', () => {
  it('take two columns for wide characters and emoji, and none for marks that combine', () => {
    expect(['ab', '注文', 'e\u0301', '👩‍👩‍👧‍👦', '🇩🇪', 'ｆ'].map(widthOf)).to.deep.equal([2, 4, 1, 2, 2, 2]);
  });

  it('are cut to what there is, never in the middle of a character, and say that they are cut', () => {
    for (const text of texts) {
      for (const cut of ['start', 'middle', 'end'] as const) {
        for (let columns = 0; columns <= widthOf(text) + 1; columns += 1) {
          const fitting = fit(text, columns, cut);
          expect(widthOf(fitting), `${text} in ${columns}`).to.be.at.most(columns);
          if (columns >= widthOf(text)) expect(fitting).to.equal(text);
          else if (columns > 0) expect(fitting).to.include('…');
          expect(fitting).not.to.match(/\p{Cs}/u);
        }
      }
    }
    expect(fit('orders.eu.warehouse', 11, 'middle')).to.equal('order…house');
    expect(fit('orders.eu.warehouse', 11, 'start')).to.equal('….warehouse');
    expect(fit('orders.eu.warehouse', 11, 'end')).to.equal('orders.eu.…');
  });

  it('are filled up to a width on either side', () => {
    for (const text of texts) {
      for (const side of ['left', 'right'] as const) expect(widthOf(fill(text, 9, side))).to.equal(9);
    }
  });

  it('stand below each other in a table, whatever the width of their characters', () => {
    const lines = table(
      [
        ['name', 'count', 'end'],
        ['注文', '1', 'x'],
        ['ascii', '1,000', 'x'],
      ],
      [1],
    );
    expect(lines.map((line) => widthOf(line.slice(0, line.lastIndexOf('x'))))).to.include.members([14, 14]);
  });
});

describe('numbers in few characters', () => {
  it('are rounded, and never longer than four', () => {
    const numbers = [0, 7, 999, 1000, 1234, 9949, 9950, 12_345, 999_499, 999_500, 1_200_000, 2 ** 40];
    expect(numbers.map(shortCount)).to.deep.equal([
      ...['0', '7', '999', '1.0k', '1.2k', '9.9k', '10k', '12k', '999k', '1.0M', '1.2M', '1.1T'],
    ]);
    for (let n = 1; n < 1e15; n = Math.ceil(n * 1.37)) {
      expect(shortCount(n).length, count(n)).to.be.at.most(4);
    }
  });

  it('tell a duration whole or short', () => {
    const seconds = [0.04, 59.9, 60, 252, 3599, 3600, 12_000, 86_399, 86_400, 2_400_000];
    expect(seconds.map((s) => duration(s * 1000))).to.deep.equal([
      ...[
        '0.0 s',
        '59.9 s',
        '1 m 0 s',
        '4 m 12 s',
        '59 m 59 s',
        '1 h 0 m',
        '3 h 20 m',
        '23 h 59 m',
        '1 d 0 h',
        '27 d 18 h',
      ],
    ]);
    expect(seconds.map((s) => shortDuration(s * 1000))).to.deep.equal([
      ...['0s', '59s', '1m', '4m', '59m', '1h0m', '3h20m', '23h', '1d', '27d'],
    ]);
  });
});
