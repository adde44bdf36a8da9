import { expect, test } from 'vitest';
import { bookOf, Desk, saying, setupOf, wish } from '../desk.fixture.ts';
import { FlattenWorld } from './flatten.fixture.ts';

const buy = (symbol: string) => ({ symbol, side: 'buy', quantity: 10 }) as const;
const sell = (symbol: string) => ({ symbol, side: 'sell', quantity: 10 }) as const;

test('no leg of a plan leaves once an emergency exit began (F086, invariants 14 and 16)', () => {
  const says = saying(wish(buy('A'), buy('B')), wish(sell('A'), sell('B')));
  const desk = new Desk(setupOf([bookOf('one', says)]));
  desk.decideOn('2024-01-03');
  desk.fillAll().close('2024-01-03');
  desk.bars('2024-01-03', undefined, 'none');
  const world = new FlattenWorld(desk, { A: 10, B: 10 });
  world.fate = 'rest';
  desk.decideOn('2024-01-04');
  world.deliverAll();
  expect(desk.intents.map(({ purpose }) => purpose)).toEqual(['signal', 'signal', 'signal']);
  world.fate = 'fill';
  world.flatten().settle();
  const after = desk.intents.slice(3);
  expect(new Set(after.map(({ purpose }) => purpose))).toEqual(new Set(['flatten']));
  expect(desk.of('refused')).toEqual([]);
  expect(world.left).toEqual({});
  expect(desk.state.books[0]?.work).toBeNull();
});
