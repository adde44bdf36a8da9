import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Instant, parseMoney, parsePrice } from '../../base/index.ts';
import type { ActivitySeen } from '../../engine/index.ts';
import { activitiesOf, TRANSACTION_TYPES, transactionOf } from './activity.ts';
import { hasShared, published, recorded } from './shared.fixture.ts';

const TERMS = { since: 0 as Instant, bookOf: () => null };
const OPTION = 'SPY   250221C00500000';

type Row = Record<string, unknown>;

const item = (assetType: string, symbol: string, amount: number, more: Row = {}): Row => ({
  instrument: { assetType, symbol },
  amount,
  ...more,
});

/** What one transaction, a wire that came in but for what is said, does to the account. */
const seen = (terms: Row = {}, of = TERMS): ActivitySeen[] =>
  activitiesOf(
    transactionOf({
      activityId: 77,
      time: '2025-01-17T17:19:49+0000',
      type: 'WIRE_IN',
      status: 'VALID',
      netAmount: 100,
      transferItems: [],
      ...terms,
    }),
    of,
  );

describe('what happened to the account', () => {
  test.skipIf(!hasShared)('recorded trades tell their fees, and no cash of the fill twice', () => {
    const rows = recorded('transactions.json') as unknown[];
    const bookOf = (id: string) => (id === '1002613435352' ? 2 : null);
    const found = rows.flatMap((row) => activitiesOf(transactionOf(row), { ...TERMS, bookOf }));
    const fee = { type: 'fee', book: 2, amount: parseMoney('0.95') };
    expect(found).toEqual([
      { ...fee, id: 'schwab-91176753938-fee', symbol: 'MRVL  250321C00155000' },
      { ...fee, id: 'schwab-91176753939-fee', symbol: 'MRVL  250321C00170000' },
    ]);
  });

  test.skipIf(!hasShared)('every documented type is asked for', () => {
    const { components } = published('schwab-trader.openapi.json') as {
      components: { schemas: { TransactionType: { enum: string[] } } };
    };
    expect([...TRANSACTION_TYPES].sort()).toEqual(components.schemas.TransactionType.enum.sort());
  });

  test('cash that came or went is a transfer, with the sign of the cash', () => {
    const amount = parseMoney('100');
    expect(seen()).toEqual([{ type: 'transfer', id: 'schwab-77', book: null, amount }]);
    const out = seen({ type: 'ACH_DISBURSEMENT', netAmount: -100 });
    expect(out).toMatchObject([{ type: 'transfer', amount: -amount }]);
    expect(seen({ type: 'JOURNAL', netAmount: -5 })).toMatchObject([{ amount: -5_000_000 }]);
    expect(seen({ type: 'WIRE_OUT', netAmount: 100 })).toMatchObject([{ type: 'unknown' }]);
  });

  test('F035 a dividend that names its security is of it, one that does not is income', () => {
    const type = 'DIVIDEND_OR_INTEREST';
    const named = seen({ type, transferItems: [item('EQUITY', 'BRK/B', 0)] });
    expect(named).toMatchObject([{ type: 'dividend', symbol: 'BRK.B', amount: 100_000_000 }]);
    expect(seen({ type, netAmount: -3 })).toMatchObject([{ type: 'interest', amount: -3_000_000 }]);
  });

  test.each([
    ['OPTION ASSIGNED', 'assignment'],
    ['Option exercised', 'exercise'],
    ['EXPIRED', 'expiration'],
  ])('F037 an option whose description says %s ends by %s', (description, type) => {
    const transferItems = [item('OPTION', OPTION, -2)];
    const found = seen({ type: 'RECEIVE_AND_DELIVER', description, transferItems });
    expect(found).toEqual([{ type, id: 'schwab-77', symbol: OPTION, contracts: 2 }]);
  });

  test('F037 the shares of an assignment follow from its option, and are not told twice', () => {
    const rest = { type: 'RECEIVE_AND_DELIVER', description: 'ASSIGNMENT' };
    const shares = item('EQUITY', 'SPY', -200, { price: 500 });
    expect(seen({ ...rest, transferItems: [item('OPTION', OPTION, 2), shares] })).toHaveLength(1);
    expect(seen({ ...rest, transferItems: [shares] })).toEqual([]);
  });

  test('securities that came without a trade come in kind, at the price that is told', () => {
    const transferItems = [item('EQUITY', 'SPY', 5, { price: 500 }), item('EQUITY', 'QQQ', -2)];
    const found = seen({ type: 'RECEIVE_AND_DELIVER', transferItems });
    const base = { type: 'transferInKind', book: null };
    expect(found).toEqual([
      { ...base, id: 'schwab-77', symbol: 'SPY', quantity: 5, price: parsePrice('500') },
      { ...base, id: 'schwab-77-2', symbol: 'QQQ', quantity: -2 },
    ]);
  });

  test('F036 a split, a merger and a type of tomorrow are for a person', () => {
    const transferItems = [item('EQUITY', 'SPY', 30)];
    const split = { type: 'RECEIVE_AND_DELIVER', description: 'STOCK SPLIT 4:1', transferItems };
    expect(seen(split)).toMatchObject([{ type: 'unknown' }]);
    expect(seen({ type: 'LOTTERY' })).toMatchObject([{ type: 'unknown', name: 'LOTTERY' }]);
    expect(seen({ type: 'MEMORANDUM', netAmount: 0 })).toEqual([]);
  });

  test('what does not hold, and what came before the books began, is nothing', () => {
    for (const status of ['INVALID', 'PENDING', 'UNKNOWN']) expect(seen({ status })).toEqual([]);
    const since = Date.parse('2025-01-17T17:19:50Z') as Instant;
    expect(seen({}, { ...TERMS, since })).toEqual([]);
  });

  test('F040 no amount, no time: a question, never a figure', () => {
    const nasty = fc.constantFrom<unknown>(null, '', 'NaN', '1e309', {}, [], true, undefined);
    fc.assert(
      fc.property(fc.constantFrom(...TRANSACTION_TYPES), nasty, (type, netAmount) => {
        for (const one of seen({ type, netAmount })) expect(one.type).toBe('unknown');
      }),
    );
    expect(seen({ time: 'yesterday' })).toMatchObject([{ type: 'unknown' }]);
    expect(() => transactionOf({ activityId: 'x' })).toThrow('not readable');
  });
});
