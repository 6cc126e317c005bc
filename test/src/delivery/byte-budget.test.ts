import { expect } from 'chai';
import { ByteBudget } from '../../../src/delivery/byte-budget.js';

describe('ByteBudget', () => {
  it('has room up to its limit, shared by all who take from it', () => {
    const budget = new ByteBudget(100);
    budget.take(60);
    expect([budget.hasRoomFor(40), budget.hasRoomFor(41)]).to.deep.equal([true, false]);
    budget.take(40);
    expect([budget.used, budget.hasRoomFor(0), budget.hasRoomFor(1)]).to.deep.equal([100, true, false]);
    budget.give(30);
    expect([budget.used, budget.hasRoomFor(30)]).to.deep.equal([70, true]);
  });

  it('tells those who wait, each once and in the order in which they came', () => {
    const budget = new ByteBudget(100);
    const told: string[] = [];
    const waiterOf = (name: string) => ({ onRoom: () => told.push(name) });
    const [first, second] = [waiterOf('first'), waiterOf('second')];
    budget.take(100);
    budget.await(first);
    budget.await(second);
    budget.await(first);
    budget.give(10);
    expect(told).to.deep.equal(['first', 'second']);
    budget.give(10);
    expect(told).to.deep.equal(['first', 'second']);
  });

  it('lets one that found no room wait again, behind those who came meanwhile', () => {
    const budget = new ByteBudget(10);
    const told: string[] = [];
    const second = { onRoom: () => told.push('second') };
    const first = {
      onRoom: () => {
        told.push('first');
        if (told.length === 1) budget.await(first);
      },
    };
    budget.take(10);
    budget.await(first);
    budget.await(second);
    budget.give(1);
    budget.give(1);
    expect(told).to.deep.equal(['first', 'second', 'first']);
  });

  it('tells nobody where nothing is given back, nor one that has left', () => {
    const budget = new ByteBudget(10);
    const told: string[] = [];
    const waiter = { onRoom: () => told.push('left') };
    budget.take(10);
    budget.await(waiter);
    budget.give(0);
    budget.forget(waiter);
    budget.give(5);
    expect(told).to.deep.equal([]);
  });
});
