import { expect } from 'chai';
import { markedTables, written } from './specification-writer.js';

/** A document with one table between its markers. */
function documentWith(name: string, ...rows: readonly string[]): string {
  return ['Before.', `<!-- generated: ${name} -->`, ...rows, '<!-- /generated -->', 'After.', ''].join('\n');
}

const delays = documentWith(
  'delays',
  '| delay | machine | symbol | option | default, ms |',
  '|---|---|---|---|---|',
  '| openTimeout | consumerStream | O | `openTimeoutMs` | 1 |',
  '| requestRetry | consumerStream | R | – | 250 |',
  '| silenceTimeout | consumerStream | S | `silenceTimeoutMs` | 30,000 |',
  '| cancellationBuffer | consumerStream | B | its option | 10,000 |',
  '| cancellationBuffer | producerStream | B | its other option | 10,000 |',
  '| heartbeatInterval | heartbeat | I | – | 10,000 |',
  '| heartbeatRequestTimeout | heartbeat | T | – | 5,000 |',
  '| gone | heartbeat | G | – | 5,000 |',
);

describe('the writer of the specification', () => {
  it('writes a table between its markers, and leaves alone what stands outside', () => {
    const document = written(documentWith('close codes'));
    expect(markedTables(document)).to.deep.equal(['close codes']);
    expect(
      document.startsWith('Before.\n<!-- generated: close codes; by npm run generate:protocol -->\n\n| code |'),
    ).to.equal(true);
    expect(document).to.include('| 1000 | Normal | The source ended by itself: the stream is complete. |\n');
    expect(document.endsWith('|\n\n<!-- /generated -->\nAfter.\n')).to.equal(true);
    expect(written(document)).to.equal(document);
  });

  it('writes each table where several stand in one document', () => {
    const document = written(documentWith('states of heartbeat') + documentWith('transitions of heartbeat'));
    expect(markedTables(document)).to.deep.equal(['states of heartbeat', 'transitions of heartbeat']);
    expect(document).to.include(
      '| open.exchange.introducing | atomic | wire.ask | A request for new streams is under way',
    );
    expect(document).to.include('| open.exchange.idle | always | isRoundDue | open.exchange.asking | – | askAll |\n');
  });

  it('takes a table that stands there for no more than its hand-written cells', () => {
    const document = written(delays);
    expect(document).to.include('| openTimeout | consumerStream | O | `openTimeoutMs` | 30,000 |');
    expect(document).to.include('| cancellationBuffer | producerStream | B | its other option | 10,000 |');
    expect(document).to.not.include('gone');
  });

  it('says which cell nobody has written', () => {
    expect(() => written(delays.replace('| R | – | 250 |', '| | – | 250 |'))).to.throw(
      'delays: expected a cell "symbol" for requestRetry | consumerStream, came none',
    );
  });

  it('refuses a marker of a table that it does not know', () => {
    expect(() => written(documentWith('events of nobody'))).to.throw(
      /expected one of states of .*, came events of nobody$/,
    );
  });
});
