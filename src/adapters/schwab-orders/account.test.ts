import { describe, expect, test } from 'vitest';
import { parseMoney } from '../../base/index.ts';
import { accountOf, blocksOf, cashOf, hashOf, positionsOf } from './account.ts';
import { hintOf } from './activity-hint.ts';
import { hasShared, recorded } from './shared.fixture.ts';

const account = (terms: Record<string, unknown> = {}) =>
  accountOf(
    {
      securitiesAccount: {
        type: 'MARGIN',
        accountNumber: '12345678',
        currentBalances: { cashBalance: 10.5 },
        ...terms,
      },
    },
    '12345678',
  );
const position = (symbol: string, long: unknown, short: unknown, assetType = 'EQUITY') => ({
  longQuantity: long,
  shortQuantity: short,
  instrument: { assetType, symbol },
});

describe.skipIf(!hasShared)('the recorded account', () => {
  const found = () => accountOf(recorded('account.margin.with_positions.json'), '12345678');

  test('has its cash as a figure that adds up with the options to what it is worth', () => {
    const cash = cashOf(found());
    expect(cash).toBe(parseMoney('51420.89'));
    const { liquidationValue } = found().currentBalances;
    const options = parseMoney('436') + parseMoney('-910.5');
    expect(cash + options).toBe(parseMoney(String(liquidationValue)));
  });

  test('has ten options, long above zero and short below', () => {
    const odd: string[] = [];
    const positions = positionsOf(found(), (text) => odd.push(text));
    expect(odd).toEqual([]);
    expect(Object.keys(positions)).toHaveLength(10);
    expect(positions).toMatchObject({ 'META  250131P00510000': 1, 'META  250131P00525000': -1 });
    expect(blocksOf(found())).toEqual([]);
  });

  test('is found by its number, wherever it stands (F085)', () => {
    const numbers = recorded('account_numbers.json') as unknown[];
    const hash = hashOf(numbers, '12341234');
    expect(hash).toMatch(/^BCDEF/);
    expect(hashOf(numbers.toReversed(), '12341234')).toBe(hash);
    expect(() => hashOf(numbers, '1234')).toThrow('not among');
  });

  test('rows of its stream name an order, and book nothing', () => {
    const frames = recorded('stream.acct_activity.place_route_fill.json') as {
      data?: { content: Record<string, unknown>[] }[];
    }[];
    const rows = frames.flatMap(({ data }) => data ?? []).flatMap(({ content }) => content);
    expect(rows.length).toBeGreaterThan(3);
    for (const row of rows) expect(hintOf(row)).toBeNull();
    const named = rows.map((row) => ({
      ...row,
      '3': String(row['3']).replaceAll(/"(?:SchwabOrderID|AccountNumber)":"#+"/g, (text) =>
        text.replaceAll(/#+/g, '1002613435352'),
      ),
    }));
    for (const row of named.filter((one) => one['3'].endsWith('}'))) {
      expect(hintOf(row)?.venueOrderId).toBe('1002613435352');
    }
  });
});

describe('an account', () => {
  test('F085 of another number is none, whatever else it says', () => {
    expect(() => account({ accountNumber: '12345679' })).toThrow('another account');
    expect(account({ accountNumber: '0012345678' }).type).toBe('MARGIN');
    const twice = ['1'.repeat(64), '2'.repeat(64)].map((hashValue) => ({
      accountNumber: '12345678',
      hashValue,
    }));
    expect(() => hashOf(twice, '12345678')).toThrow('more than once');
    expect(() => hashOf({}, '12345678')).toThrow('no list');
  });

  test('owes what is borrowed on margin, and has what short sales brought', () => {
    const currentBalances = { cashBalance: 0, marginBalance: -250.25, shortBalance: 100 };
    expect(cashOf(account({ currentBalances }))).toBe(parseMoney('-150.25'));
  });

  test('F040 without a figure for its cash has none, and no zero either', () => {
    for (const cashBalance of [undefined, null, 'NaN', '', {}]) {
      expect(() => cashOf(account({ currentBalances: { cashBalance } }))).toThrow('no cash');
    }
    const currentBalances = { cashBalance: 1, marginBalance: 'NaN' };
    expect(() => cashOf(account({ currentBalances }))).toThrow('no cash');
  });

  test('leaves out what is not traded here and cuts what is not whole, and says so', () => {
    const odd: string[] = [];
    const positions = [
      position('BRK/B', 3, 0),
      position('SPY', 2.5, 0, 'COLLECTIVE_INVESTMENT'),
      position('QQQ', 4, 4),
      position('SWVXX', 100, 0, 'CASH_EQUIVALENT'),
      position('912797XX1', 1, 0, 'FIXED_INCOME'),
    ];
    const held = positionsOf(account({ positions }), (text) => odd.push(text));
    expect(held).toEqual({ 'BRK.B': 3, SPY: 2 });
    expect(odd).toHaveLength(3);
    const broken = account({ positions: [position('SPY', 'NaN', 0)] });
    expect(() => positionsOf(broken, () => {})).toThrow('no quantity');
  });

  test('that may only close, or is in a call, is blocked', () => {
    const blocked = blocksOf(
      account({ isClosingOnlyRestricted: true, projectedBalances: { isInCall: true } }),
    );
    expect(blocked).toHaveLength(2);
  });
});

test.each([
  [{}],
  [{ '3': '' }],
  [{ '3': '{"SchwabOrderID":' }],
  [{ '3': 'null' }],
  [{ '3': '{"SchwabOrderID":"12","AccountNumber":null}' }],
  [{ '3': '{"SchwabOrderID":"1/2","AccountNumber":"1"}' }],
  [{ '3': 7 }],
])('a row of the stream such as %j is no hint', (row) => {
  expect(hintOf(row)).toBeNull();
});
