import { describe, expect, test } from 'vitest';
import type { DateText } from '../base/index.ts';
import { parseOcc } from '../market/index.ts';
import { newRiskState, type RiskState } from './activity.ts';
import { uncoveredContracts } from './cover.ts';
import { at, type Changes, gateOf, usd } from './gate.fixture.ts';
import { couldTrade } from './opposite.ts';
import { review } from './review.ts';
import { noteRuleFill, settledCash, settlementOf } from './rule-state.ts';
import { type RuleSetup, washSaleWarning } from './rules.ts';

const date = (text: string) => text as DateText;
const MARGIN: RuleSetup = {
  broker: 'alpaca',
  account: 'margin',
  intradayMarginFrom: date('2026-09-01'),
  washSale: 'refuse',
};
const CASH: RuleSetup = { ...MARGIN, account: 'cash' };

const fill = (risk: RiskState, on: string, quantity: number, more: object = {}) =>
  noteRuleFill(risk.rules, {
    date: date(on),
    symbol: 'SPY',
    quantity,
    before: 0,
    notional: usd(Math.abs(quantity) * 100),
    pnl: usd(0),
    cashAfter: usd(10_000),
    ...more,
  });

const dayTrade = (risk: RiskState, on: string) => {
  fill(risk, on, 10);
  fill(risk, on, -10, { before: 10 });
};

const refusalOn = (on: string, rules: RuleSetup, risk: RiskState, changes: Changes = {}) =>
  review(gateOf({ ...changes, gate: { date: date(on), rules, risk, ...changes.gate } }));

const EXIT: Changes = { proposal: { side: 'sell', purpose: 'exit' }, standing: { held: 10 } };

describe('day trades (F063)', () => {
  const three = () => {
    const risk = newRiskState();
    for (const on of ['2026-05-26', '2026-05-27', '2026-05-28']) dayTrade(risk, on);
    fill(risk, '2026-06-01', 10);
    return risk;
  };

  test('a fourth within five sessions is refused below 25,000 dollars, and names the rule', () => {
    const found = refusalOn('2026-06-01', MARGIN, three(), EXIT);
    expect(found?.code).toBe('dayTradeRule');
    expect(found?.limit).toContain('Pattern day trader rule (FINRA Rule 4210(f)(8)(B)), since');
  });

  test('above it, on another day, a week later, to protect or in a cash account it passes', () => {
    const rich = { equity: usd(25_000) };
    const marks = { lastClose: usd(25_000), highest: usd(25_000) };
    const held = { ...EXIT, standing: { held: 10, ...rich } };
    const wealthy = { ...held, gate: { accountMarks: marks } };
    expect(refusalOn('2026-06-01', MARGIN, three(), wealthy)).toBeNull();
    expect(refusalOn('2026-06-01', MARGIN, three(), held)?.code).toBe('dayTradeRule');
    expect(refusalOn('2026-06-02', MARGIN, three(), EXIT)).toBeNull();
    const later = three();
    fill(later, '2026-06-09', 10);
    expect(refusalOn('2026-06-09', MARGIN, later, EXIT)).toBeNull();
    const guard = { ...EXIT, proposal: { side: 'sell', purpose: 'flatten' } } as const;
    expect(refusalOn('2026-06-01', MARGIN, three(), guard)).toBeNull();
    expect(refusalOn('2026-06-01', CASH, three(), EXIT)).toBeNull();
  });

  test('end at the midnight from which the broker watches intraday margin', () => {
    const on = (day: string, rules: RuleSetup) => {
      const risk = newRiskState();
      for (let i = 0; i < 4; i++) dayTrade(risk, day);
      fill(risk, day, 10);
      return refusalOn(day, rules, risk, EXIT)?.code ?? null;
    };
    expect([on('2026-08-31', MARGIN), on('2026-09-01', MARGIN)]).toEqual(['dayTradeRule', null]);
    const early = { ...MARGIN, intradayMarginFrom: date('2020-01-01') };
    expect([on('2026-06-03', early), on('2026-06-04', early)]).toEqual(['dayTradeRule', null]);
    const late = { ...MARGIN, intradayMarginFrom: date('2030-01-02') };
    expect([on('2027-10-19', late), on('2027-10-20', late)]).toEqual(['dayTradeRule', null]);
    const unknown = { ...MARGIN, intradayMarginFrom: null };
    expect([on('2027-10-19', unknown), on('2027-10-20', unknown)]).toEqual(['dayTradeRule', null]);
  });

  test('an account whose kind is not known takes no new risk', () => {
    const nobody = { ...MARGIN, account: null };
    expect(refusalOn('2026-06-01', nobody, newRiskState())?.code).toBe('dayTradeRule');
    expect(refusalOn('2026-06-01', nobody, newRiskState(), EXIT)).toBeNull();
  });
});

describe('intraday margin (F063)', () => {
  const borrowing = (equity: number, other: number): Changes => ({
    standing: { equity: usd(equity), otherExposure: usd(other), cash: usd(1_000) },
    limits: { leverageMax: 10 },
  });

  test('equity covers a quarter of the gross worst case, from the date of the broker', () => {
    const risk = newRiskState();
    expect(refusalOn('2026-09-01', MARGIN, risk, borrowing(3_000, 11_000))).toBeNull();
    const found = refusalOn('2026-09-01', MARGIN, risk, borrowing(3_000, 11_000.01));
    expect(found?.code).toBe('intradayMarginRule');
    expect(found?.limit).toContain('since 2026-09-01');
    expect(refusalOn('2026-08-31', MARGIN, risk, borrowing(3_000, 11_001))).toBeNull();
    expect(refusalOn('2026-09-01', CASH, risk, borrowing(3_000, 11_001))).toBeNull();
  });

  test('2,000 dollars at least where it borrows, none where it does not', () => {
    const risk = newRiskState();
    expect(refusalOn('2026-09-01', MARGIN, risk, borrowing(1_999, 1_000))?.code).toBe(
      'intradayMarginRule',
    );
    expect(refusalOn('2026-09-01', MARGIN, risk, borrowing(2_000, 1_000))).toBeNull();
    expect(refusalOn('2026-09-01', MARGIN, risk, borrowing(1_999, 999))).toBeNull();
  });

  test('a date that is not known blocks from the day of the rule', () => {
    const unknown = { ...MARGIN, intradayMarginFrom: null };
    const on = (day: string) => refusalOn(day, unknown, newRiskState())?.code ?? null;
    expect([on('2026-06-03'), on('2026-06-04')]).toEqual([null, 'intradayMarginRule']);
  });
});

describe('wash sales', () => {
  const sold = () => {
    const risk = newRiskState();
    fill(risk, '2024-03-01', -10, { before: 10, pnl: usd(-1) });
    return risk;
  };

  test('a buy within 30 days after a sale at a loss is refused, or told', () => {
    const found = refusalOn('2024-03-31', MARGIN, sold());
    expect([found?.code, found?.found]).toEqual([
      'washSaleRule',
      'SPY sold at a loss on 2024-03-01',
    ]);
    expect(found?.limit).toContain('section 1091');
    expect(refusalOn('2024-04-01', MARGIN, sold())).toBeNull();
    expect(refusalOn('2024-03-31', MARGIN, sold(), { proposal: { symbol: 'QQQ' } })).toBeNull();
    const warn = { ...MARGIN, washSale: 'warn' as const };
    expect(refusalOn('2024-03-31', warn, sold())).toBeNull();
    const gate = (rules: RuleSetup, on: string) =>
      gateOf({ gate: { rules, risk: sold(), date: date(on) } });
    expect(washSaleWarning(gate(warn, '2024-03-31'))).toContain('bought again within 30 days');
    expect(washSaleWarning(gate(warn, '2024-04-01'))).toBeNull();
    expect(washSaleWarning(gate(MARGIN, '2024-03-31'))).toBeNull();
  });

  test('are forgotten after 30 days', () => {
    const risk = sold();
    fill(risk, '2024-04-01', 1);
    expect(risk.rules.lossSales).toEqual({});
  });
});

describe('settlement in a cash account', () => {
  test.each([
    ['2024-05-24', '2024-05-29'],
    ['2024-05-28', '2024-05-29'],
    ['2017-09-01', '2017-09-07'],
    ['2017-09-05', '2017-09-07'],
    ['1995-06-06', '1995-06-13'],
  ])('a trade of %s is settled on %s', (on, settles) =>
    expect(settlementOf(date(on))).toBe(settles),
  );

  /** All cash is in A, which is sold; the proceeds buy 10 SPY on the same day. */
  const turned = () => {
    const risk = newRiskState();
    fill(risk, '2024-06-03', -10, { symbol: 'A', before: 10, cashAfter: usd(1_000) });
    fill(risk, '2024-06-03', 10, { cashAfter: usd(0) });
    return risk;
  };

  test('what unsettled proceeds paid for is not sold before they are settled', () => {
    const found = refusalOn('2024-06-03', CASH, turned(), EXIT);
    expect([found?.code, found?.found]).toEqual([
      'settlementRule',
      '10 shares bought with proceeds not settled',
    ]);
    expect(found?.limit).toContain('Regulation T, section 220.8), since 2024-05-28');
    expect(refusalOn('2024-06-04', CASH, turned(), EXIT)).toBeNull();
    const more = { ...EXIT, standing: { held: 20 } };
    expect(refusalOn('2024-06-03', CASH, turned(), more)).toBeNull();
    expect(refusalOn('2024-06-03', MARGIN, turned(), EXIT)).toBeNull();
    const guard = { ...EXIT, proposal: { side: 'sell', purpose: 'protect' } } as const;
    expect(refusalOn('2024-06-03', CASH, turned(), guard)).toBeNull();
  });

  test('nothing is sold short, and unsettled proceeds are no settled cash', () => {
    const short = { proposal: { side: 'sell' as const }, limits: { shortSelling: true } };
    expect(refusalOn('2024-06-03', CASH, newRiskState(), short)?.code).toBe('settlementRule');
    const { rules } = turned();
    expect(settledCash(rules, usd(1_500), date('2024-06-03'))).toBe(usd(500));
    expect(settledCash(rules, usd(1_500), date('2024-06-04'))).toBe(usd(1_500));
  });

  test('shares sold are settled shares no more, and all is forgotten in time', () => {
    const risk = turned();
    fill(risk, '2024-06-03', -4, { before: 10 });
    expect(risk.rules.unsettledShares['SPY']?.quantity).toBe(6);
    fill(risk, '2024-06-03', -6, { before: 6 });
    expect(risk.rules.unsettledShares).toEqual({});
    expect(risk.rules.unsettled).toHaveLength(1);
    fill(turned(), '2024-06-04', 1);
    const later = turned();
    fill(later, '2024-06-10', 1);
    expect([later.rules.unsettled, later.rules.unsettledShares]).toEqual([[], {}]);
  });
});

test.each([
  ['limit', { type: 'limit', limitPrice: at(100.01) }, { type: 'limit', limitPrice: at(100.001) }],
  ['limit', { type: 'limit', limitPrice: at(0.9999) }, { type: 'limit', limitPrice: at(0.99999) }],
  ['stop', { type: 'stop', stopPrice: at(101) }, { type: 'stop', stopPrice: at(101.001) }],
] as const)('a %s price is a whole number of ticks', (_, passes, refused) => {
  const on = (pricing: typeof passes | typeof refused) =>
    refusalOn('2024-03-01', MARGIN, newRiskState(), { proposal: { pricing } })?.code ?? null;
  expect([on(passes), on(refused)]).toEqual([null, 'tickInvalid']);
});

describe('two orders of ours', () => {
  const market = { type: 'market' } as const;
  const limit = (dollars: number) => ({ type: 'limit', limitPrice: at(dollars) }) as const;
  const stop = (dollars: number) => ({ type: 'stop', stopPrice: at(dollars) }) as const;
  type Terms = typeof market | ReturnType<typeof limit> | ReturnType<typeof stop>;
  const meet = (buy: Terms, sell: Terms, guards = false) =>
    couldTrade(
      { side: 'buy', pricing: buy, guards: false },
      { side: 'sell', pricing: sell, guards },
      at(100),
    );

  test.each<[string, boolean, Terms, Terms, boolean]>([
    ['at the market', true, market, market, false],
    ['whose limits meet', true, limit(100), limit(100), false],
    ['whose limits do not meet', false, limit(99.99), limit(100), false],
    ['of which one has no limit', true, market, limit(120), false],
    ['of which one is a stop that guards nothing', true, limit(90), stop(95), false],
    ['of which one guards, behind the market', false, market, stop(95), true],
    ['of which one guards and the market is there', true, market, stop(100), true],
    ['of which one is a target before the market', false, market, limit(120), true],
    ['of which one reaches up to a target', true, limit(120), limit(120), true],
  ])('%s could trade: %s', (_, wanted, buy, sell, guards) =>
    expect(meet(buy, sell, guards)).toBe(wanted),
  );

  test('is the same seen from the other side', () => {
    const cover = { side: 'buy', pricing: stop(105), guards: true } as const;
    const sale = { side: 'sell', pricing: market, guards: false } as const;
    expect([couldTrade(sale, cover, at(100)), couldTrade(sale, cover, at(106))]).toEqual([
      false,
      true,
    ]);
  });
});

describe('cover of short contracts (invariant 15)', () => {
  const held = (symbol: string, worst: number) => ({ contract: parseOcc(symbol), worst });
  const CALL = 'SPY240119C00475000';
  const LATER = 'SPY240216C00480000';
  const PUT = 'SPY240119P00100000';
  const none = { shares: 0, cash: 0 };

  test.each([
    ['nothing', 2, [held(CALL, -2)], none],
    ['shares', 1, [held(CALL, -2)], { shares: 199, cash: 1e15 }],
    ['a long call that expires no sooner', 0, [held(CALL, -2), held(LATER, 2)], none],
    ['a long call that expires sooner', 2, [held(LATER, -2), held(CALL, 2)], none],
    ['a long put', 1, [held(CALL, -1), held(PUT, 1)], none],
    ['cash for a put', 1, [held(PUT, -2)], { shares: 1_000, cash: 19_999e6 }],
    ['cash for two puts', 0, [held(PUT, -2)], { shares: 0, cash: 20_000e6 }],
    ['what is owed', 1, [held(PUT, -1)], { shares: -5, cash: -1 }],
  ])('with %s leaves %s', (_, wanted, holdings, backing) =>
    expect(uncoveredContracts(holdings, backing)).toBe(wanted),
  );

  test('those that expire last choose first, so that most are covered', () => {
    const both = [
      held(CALL, -1),
      held(LATER, -1),
      held('SPY240119C00490000', 1),
      held('SPY240216C00490000', 1),
    ];
    expect(uncoveredContracts(both, none)).toBe(0);
  });
});
