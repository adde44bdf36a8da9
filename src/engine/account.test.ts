import { describe, expect, test } from 'vitest';
import { canonical } from '../base/index.ts';
import { Desk, deskSaying, dollars, priced, want } from './desk.fixture.ts';
import type { AccountSeen } from './input.ts';

/** A desk that holds 500 shares of A and $50,000. */
function holding(): Desk {
  const desk = deskSaying([want({ A: 0.5 }), want({ B: 0.5 })]);
  desk.bars('2024-01-03');
  return desk.fillAll();
}

const see = (desk: Desk, account: AccountSeen) =>
  desk.take({ kind: 'account', at: desk.state.at, account });
const OURS: AccountSeen = { cash: dollars(50_000), positions: { A: 500 } };

describe('the broker’s account', () => {
  test('that agrees, to the cent, says nothing', () => {
    const desk = holding();
    expect(see(desk, OURS)).toEqual([]);
    expect(see(desk, { ...OURS, cash: dollars(49_999.99) })).toEqual([]);
    expect(desk.state.halt).toBe('NONE');
  });

  const differing: [string, AccountSeen, string][] = [
    ['a share less', { ...OURS, positions: { A: 499 } }, 'A: ours 500, broker 499 (0.2 %)'],
    ['no position (F033)', { ...OURS, positions: {} }, 'A: ours 500, broker 0 (100.0 %)'],
    ['a position not ours', { ...OURS, positions: { A: 500, Z: 3 } }, 'Z: ours 0, broker 3'],
    [
      'two cents less',
      { ...OURS, cash: dollars(49_999.98) },
      'cash: ours 50000.00, broker 49999.98',
    ],
  ];
  test.each(differing)('with %s halts new risk and names the difference', (_, account, text) => {
    const desk = holding();
    see(desk, account);
    expect(desk.alerts).toEqual(['accountMismatch']);
    expect(desk.state.halt).toBe('NO_NEW_RISK');
    expect(desk.state.haltReason).toContain(text);
    expect([desk.held('A'), desk.state.books[0]?.ledger.cash]).toEqual([500, dollars(50_000)]);
  });

  test('proves nothing while an order is under way (F032)', () => {
    const desk = holding();
    desk.bars('2024-01-04');
    expect(see(desk, { cash: dollars(1), positions: {} })).toEqual([]);
    expect(desk.state.halt).toBe('NONE');
    desk.fillAll();
    see(desk, { cash: dollars(1), positions: {} });
    expect(desk.state.halt).toBe('NO_NEW_RISK');
  });

  test('names differences in one order, however the broker lists them', () => {
    const [one, two] = [holding(), holding()];
    const cash = dollars(50_000);
    const told = canonical(see(one, { cash, positions: { Z: 1, C: 2, A: 3 } }));
    expect(canonical(see(two, { cash, positions: { A: 3, C: 2, Z: 1 } }))).toBe(told);
  });

  test('does not lower a higher halt', () => {
    const desk = holding();
    desk.state.halt = 'STOP';
    see(desk, { ...OURS, positions: {} });
    expect(desk.state.halt).toBe('STOP');
  });

  test('is read again by every process that starts, after its open orders are asked for', () => {
    const desk = holding();
    desk.bars('2024-01-04');
    const order = desk.intents.at(-1)!.clientOrderId;
    const start = { build: 'b', config: 'c', strategies: {}, stage: 'paper' };
    const told = desk.take({ kind: 'start', at: desk.state.at, epoch: 4, ...start });
    expect(told).toEqual([{ kind: 'query', order }, { kind: 'readAccount' }]);
    expect(desk.state.epoch).toBe(4);
  });
});

const happens = (desk: Desk, what: object) =>
  desk.take({ kind: 'activity', at: desk.state.at, ...what } as never);

const ledgerOf = (desk: Desk) => desk.state.books[0]!.ledger;

describe('what is no trade', () => {
  test.each([
    [
      'a dividend',
      { type: 'dividend', symbol: 'A' },
      { cash: 50_080, income: 80, capital: 100_000 },
    ],
    ['a fee', { type: 'fee' }, { cash: 49_920, fees: 80, capital: 100_000 }],
    ['a deposit', { type: 'transfer' }, { cash: 50_080, income: 0, capital: 100_080 }],
  ])('%s is booked once by its id', (_, what, wanted) => {
    const desk = holding();
    const amount = dollars(80);
    for (let i = 0; i < 3; i++) happens(desk, { id: 'x1', book: 0, amount, ...what });
    for (const [name, value] of Object.entries(wanted)) {
      expect(ledgerOf(desk)[name as 'cash']).toBe(dollars(value));
    }
  });

  test('two of the same amount and another id are two', () => {
    const desk = holding();
    const dividend = { type: 'dividend', book: 0, symbol: 'A', amount: dollars(10) };
    happens(desk, { id: 'x1', ...dividend });
    happens(desk, { id: 'x2', ...dividend });
    expect(ledgerOf(desk).income).toBe(dollars(20));
  });

  test('a split changes shares and mark, once, and no equity but cents of a share', () => {
    const desk = holding();
    const split = {
      type: 'split',
      symbol: 'A',
      numerator: 3,
      denominator: 1,
      price: priced(33.333333),
    };
    happens(desk, { id: 's1', ...split });
    happens(desk, { id: 's1', ...split });
    expect(desk.held('A')).toBe(1_500);
    expect(desk.state.books[0]!.view.mark('A')).toBe(priced(33.333333));
    expect(Math.abs(desk.state.books[0]!.view.equity - 100_000_000_000)).toBeLessThan(1_000);
    expect(desk.state.books[0]!.view.averageCost('A')).toBe(33_333_333);
  });

  test('a split of what nobody holds changes nothing', () => {
    const desk = holding();
    const split = { type: 'split', symbol: 'Z', numerator: 2, denominator: 1, price: priced(1) };
    happens(desk, { id: 's1', ...split });
    expect(desk.held('A')).toBe(500);
    expect(ledgerOf(desk).cash).toBe(dollars(50_000));
  });
});
