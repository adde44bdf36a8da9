import { describe, expect, test } from 'vitest';
import { type Price, ZERO } from '../../base/index.ts';
import type { ExecutionId, Report } from '../../orders/index.ts';
import { ExecutionsTold } from './executions-told.ts';
import { AT, intentOf } from './intent.fixture.ts';

const ORDER = intentOf().clientOrderId;
const ABOUT = { order: ORDER, at: AT } as const;
const ACCEPTED: Report = { ...ABOUT, kind: 'accepted', venueOrderId: '7' };

const fillOf = (name: string, quantity: number): Report => ({
  ...ABOUT,
  kind: 'fill',
  fill: { executionId: name as ExecutionId, quantity, price: 1 as Price, fee: ZERO },
});

const reading = (...fills: [string, number][]): Report[] => [
  ACCEPTED,
  ...fills.map(([name, quantity]) => fillOf(name, quantity)),
];

const bustOf = (name: string) =>
  expect.objectContaining({ ...ABOUT, kind: 'bust', executionId: name });

describe('executions that were told (F015)', () => {
  test('are told again, with those that came since', () => {
    const told = new ExecutionsTold();
    for (const one of [reading(), reading(['a', 4]), reading(['a', 4], ['b', 6])]) {
      expect(told.believed('7', 10, one)).toEqual(one);
    }
  });

  test('that one reading lacks are not taken back', () => {
    const told = new ExecutionsTold();
    told.believed('7', 10, reading(['a', 4], ['b', 6]));
    expect(told.believed('7', 10, reading(['b', 6]))).toEqual(reading(['b', 6]));
    expect(told.believed('7', 10, reading(['a', 4], ['b', 6]))).toHaveLength(3);
  });

  test('are not told under another name because one reading has one', () => {
    const told = new ExecutionsTold();
    told.believed('7', 10, reading(['a', 4]));
    expect(told.believed('7', 10, reading(['x', 4]))).toEqual([ACCEPTED]);
    expect(told.believed('7', 10, reading(['a', 4]))).toEqual(reading(['a', 4]));
    expect(told.believed('7', 10, reading(['x', 4]))).toEqual([ACCEPTED]);
  });

  test('are taken back where two readings in a row have another name for them (F019)', () => {
    const told = new ExecutionsTold();
    told.begin('7', [{ executionId: 'x' as ExecutionId }]);
    expect(told.believed('7', 10, reading(['a', 4]))).toEqual([ACCEPTED]);
    expect(told.believed('7', 10, reading(['a', 4]))).toEqual([bustOf('x'), ...reading(['a', 4])]);
    expect(told.believed('7', 10, reading(['a', 4]))).toEqual(reading(['a', 4]));
  });

  test('above what was ordered count once a second reading says so (invariant 7)', () => {
    const told = new ExecutionsTold();
    expect(told.believed('7', 10, reading(['a', 10], ['a#2', 10]))).toEqual([ACCEPTED]);
    expect(told.believed('7', 10, reading(['a', 10]))).toEqual(reading(['a', 10]));
    const twice = reading(['a', 10], ['b', 1]);
    expect(told.believed('7', 10, twice)).toEqual([ACCEPTED]);
    expect(told.believed('7', 10, twice)).toEqual(twice);
  });
});
