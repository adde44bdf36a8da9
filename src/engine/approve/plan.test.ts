import { describe, expect, test } from 'vitest';
import type { Instant } from '../../base/index.ts';
import { approvalWakeAt } from './approve.ts';
import {
  DAY,
  policy,
  say,
  approve,
  reject,
  open,
  only,
  outcomes,
  asking,
} from './approve.fixture.ts';
import {
  bookOf,
  Desk,
  deskSaying,
  dollars,
  priced,
  saying,
  setupOf,
  want,
  wish,
} from '../desk.fixture.ts';

describe('more than one order', () => {
  const three = () => {
    const desk = deskSaying([want({ A: 0.3, B: 0.2 }), want({})], { approvals: policy() });
    desk.decideOn(DAY);
    return desk;
  };

  test('a plan is approved with all that is left of it, each leg once', () => {
    const desk = three();
    const { plan } = desk.state.approvals.open[0] as never as { plan: { hash: string } };
    approve(desk, only(desk), { scope: 'plan', hash: plan.hash });
    desk.fillAll();
    expect(desk.orders).toEqual(['buy 300 A', 'buy 400 B']);
    expect(outcomes(desk)).toEqual(['approved', 'used']);
    expect(desk.state.approvals.grants).toEqual([]);
  });

  test('a leg that moved too far needs a yes of its own', () => {
    const desk = three();
    approve(desk, only(desk), { scope: 'plan' });
    desk.state.marks[1] = priced(52);
    desk.fillAll();
    expect(desk.orders).toEqual(['buy 300 A']);
    expect(open(desk)).toHaveLength(1);
  });

  test('a yes to one order is none to the next', () => {
    const desk = three();
    approve(desk, only(desk));
    desk.fillAll();
    expect(desk.orders).toEqual(['buy 300 A']);
    expect(open(desk)).toHaveLength(1);
  });

  test('a no to a plan drops the rest of it', () => {
    const desk = three();
    reject(desk, only(desk), { scope: 'plan' });
    expect(open(desk)).toEqual([]);
    expect(desk.state.books[0]?.work).toBeNull();
  });

  test('a plan of one order is that order', () => {
    const desk = asking();
    approve(desk, only(desk), { scope: 'plan', hash: desk.state.approvals.open[0]?.hash });
    expect(desk.orders).toEqual(['buy 500 A']);
    expect(desk.state.approvals.grants).toEqual([]);
  });

  test('a leg without a price, or with nothing to do, is not part of what is approved', () => {
    for (const lost of [true, false]) {
      const wished = [
        { symbol: 'A', side: 'buy', quantity: 1 },
        { symbol: 'B', side: 'buy', quantity: 2, limitPrice: priced(49) },
      ] as const;
      const decide = () => {
        if (lost) desk.state.marks[1] = Number.NaN;
        return lost ? wish(...wished) : want({ A: 0.5, B: 0.0001 });
      };
      const desk: Desk = new Desk(setupOf([bookOf('one', { decide })], { approvals: policy() }));
      desk.decideOn(DAY);
      expect(desk.state.approvals.open[0]?.plan ?? null).toBeNull();
    }
  });

  test('a limit price is part of what a plan is approved with', () => {
    const desk = deskSaying(
      [
        wish(
          { symbol: 'A', side: 'buy', quantity: 1 },
          { symbol: 'B', side: 'buy', quantity: 2, limitPrice: priced(49) },
        ),
      ],
      { approvals: policy() },
    );
    desk.decideOn(DAY);
    expect(desk.of('approvalAsked')[0]?.text).toContain('1. buy 2 B at most at $49.00 or better');
    approve(desk, only(desk), { scope: 'plan' });
    desk.fillAll();
    expect(desk.intents[1]?.pricing).toEqual({ type: 'limit', limitPrice: priced(49) });
  });

  test('a plan of exits and cuts is approved in shares as well as in weights', () => {
    const desk = deskSaying([want({ A: 0.3, B: 0.2 }), want({ A: 0.1, B: 0.1 })], {
      approvals: policy(),
    });
    const shares = new Desk(
      setupOf(
        [
          bookOf('one', saying(want({ A: 0.3, B: 0.2 }), want({ A: 0.2 })), {
            sizing: 'all-targets',
          }),
        ],
        { approvals: policy() },
      ),
    );
    for (const one of [desk, shares]) {
      for (const day of [DAY, '2024-01-04']) {
        one.decideOn(day);
        approve(one, only(one), { scope: 'plan' });
        one.fillAll();
      }
      expect(one.orders).toHaveLength(4);
      expect(one.state.approvals.grants).toEqual([]);
    }
  });

  test('a budget covers orders up to its amount and its instant', () => {
    const desk = deskSaying([want({ A: 0.3, B: 0.2 })], { approvals: policy() });
    const until = (desk.slotAt(DAY) + 60_000) as Instant;
    const budget = { command: 'budget', book: 0, class: 'opening', amount: dollars(30_000), until };
    say(desk, budget as never);
    desk.decideOn(DAY);
    desk.fillAll();
    expect(desk.orders).toEqual(['buy 300 A']);
    expect(outcomes(desk)).toEqual(['used']);
    expect(open(desk)).toHaveLength(1);
  });

  test('a budget ends by time, and sells count at their worth', () => {
    const desk = asking({}, want({ A: 0 }));
    approve(desk, only(desk));
    desk.fillAll();
    const until = (desk.slotAt('2024-01-04') + 1_000) as Instant;
    const budget = {
      command: 'budget',
      book: 0,
      class: 'reducing',
      amount: dollars(50_001),
      until,
    };
    say(desk, budget as never);
    desk.decideOn('2024-01-04');
    expect(desk.orders).toEqual(['buy 500 A', 'sell 500 A']);
    expect(desk.state.approvals.grants[0]).toMatchObject({ left: dollars(1) });
    expect(approvalWakeAt(desk.setup, desk.state)).toBe(until);
    desk.pass(1_000);
    expect(desk.state.approvals.grants).toEqual([]);
    expect(approvalWakeAt(desk.setup, desk.state)).toBeNull();
  });

  test.each([{ book: 9 }, { amount: 0 }, { amount: 1.5 }, { until: 0 }])(
    'a budget that is none is refused: %j',
    (parts) => {
      const desk = asking();
      const until = (desk.state.at + 1) as Instant;
      const good = { command: 'budget', book: 0, class: 'opening', amount: 1, until };
      say(desk, { ...good, ...parts } as never);
      expect(desk.alerts).toContain('budgetRefused');
      expect(desk.state.approvals.grants).toEqual([]);
    },
  );

  test('grants and requests are bounded', () => {
    const desk = asking();
    const until = (desk.state.at + 100_000) as Instant;
    const budget = { command: 'budget', book: 0, class: 'opening', amount: 1, until };
    for (let i = 0; i < 120; i++) say(desk, budget as never);
    expect(desk.state.approvals.grants).toHaveLength(100);
    const [request] = desk.state.approvals.open;
    const many = Array.from({ length: 200 }, (_, i) => ({
      ...(request as never as object),
      id: `x${i}`,
    }));
    const full = deskSaying([want({ A: 0.5 })], { approvals: policy() });
    full.state.approvals.open = many as never;
    full.decideOn(DAY);
    expect(full.state.approvals.open.at(-1)?.expiresAt).toBe(full.state.at);
  });
});
