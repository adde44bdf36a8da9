import { describe, expect, test } from 'vitest';
import { ReplayFeed, VirtualClock } from '../adapters/replay/index.ts';
import type { DateText, Instant, Money } from '../base/index.ts';
import {
  type Broker,
  type BrokerTraits,
  BUILT_IN_TRAITS,
  type Effect,
  type Entry,
  type Input,
  type Journal,
  type LiveTraits,
} from '../engine/index.ts';
import { type BarRow, type Bars, barsOfRows, type Session, sessionOn } from '../market/index.ts';
import type { ExecutionId, Intent, Report } from '../orders/index.ts';
import type { Latch } from './performer.ts';
import { CAPITAL, MINUTE_MS, PRICE, SETUP } from './runner.fixture.ts';
import { Runner } from './runner.ts';

const DAYS = ['2024-01-02', '2024-01-03', '2024-01-04'] as const;
const DAY = '2024-01-03' as DateText;
const DAY_MS = 86_400_000; // no other reading of the account comes within the day
const sessionOf = (date: string): Session => sessionOn(date as DateText) as Session;

/** A journal in memory. */
function journalOf(): Journal & { readonly entries: Entry[] } {
  const entries: Entry[] = [];
  const hash = '';
  return {
    entries,
    head: () => ({ seq: entries.length, hash }),
    append: (more) => {
      // As text, so that nothing changes what was written.
      entries.push(...more.map((one) => JSON.parse(JSON.stringify(one)) as Entry));
      return { seq: entries.length, hash };
    },
    read: (after = 0) =>
      entries.slice(after).map((one, i) => ({ ...one, seq: after + i + 1, hash })),
    ofKind: () => [],
    saveSnapshot: () => {},
    latestSnapshot: () => undefined,
    putContent: () => hash,
    content: () => undefined,
    close: () => {},
  };
}

/** A recorded market that is said to live; `down` tells whether its history answers. */
class LivesFeed extends ReplayFeed {
  readonly lives: LiveTraits;
  readonly #down: () => boolean;

  constructor(bars: Bars, lives: LiveTraits, down: () => boolean = () => false) {
    super([bars]);
    this.lives = lives;
    this.#down = down;
  }

  override completed(folded: Float64Array, until: Instant): readonly BarRow[] {
    if (this.#down()) throw new Error('the history does not answer');
    return super.completed(folded, until);
  }
}

const LIVES: LiveTraits = { closeAfterMs: 20 * MINUTE_MS, markEveryMs: 30_000, ageMsMax: 60_000 };

interface DayOptions {
  readonly latch?: () => Latch | null;
  readonly at?: number;
  readonly lives?: LiveTraits;
  readonly guard?: () => string | null;
  readonly down?: () => boolean;
}

/** A desk on three recorded days, at a broker that fills all at once. */
class Day {
  readonly journal = journalOf();
  /** What was asked of the broker, and how many records were on the disk by then. */
  readonly sent: { readonly intent: Intent; readonly records: number }[] = [];
  readonly traits: BrokerTraits;
  /** What filled and was not told yet. */
  readonly #untold: Report[] = [];
  #held = 0;

  constructor(traits: BrokerTraits = BUILT_IN_TRAITS) {
    this.traits = traits;
  }

  async open({ latch = () => null, at, lives, guard, down }: DayOptions = {}) {
    const rows = DAYS.map((date) => {
      const { close, day } = sessionOf(date);
      const ends = { open: PRICE, high: PRICE, low: PRICE, close: PRICE };
      return { symbol: 'A', at: close, day, ...ends, volume: 1_000 };
    });
    const bars = barsOfRows({ symbol: 'A', timeframe: '1d', adjustment: 'raw' } as never, rows);
    return Runner.open({
      setup: { ...SETUP, broker: this.traits, reconcile: { everyMs: DAY_MS } },
      journal: this.journal,
      verified: true,
      identity: { stage: 'paper', build: 'test', config: 'test', strategies: {} },
      broker: this.#broker(),
      feed: lives === undefined ? new ReplayFeed([bars]) : new LivesFeed(bars, lives, down),
      clock: (start) => new VirtualClock((at ?? start) as Instant, 'max'),
      observer: { taken: () => {} },
      latch,
      ...(guard !== undefined && { guard }),
      from: DAY,
      to: DAY,
    });
  }

  #broker(): Broker {
    const broker = {
      traits: this.traits,
      orderIds: async () => [],
      submit: async (intent: Intent, at: Instant) => this.#fill(intent, at),
      cancel: async () => [],
      find: async () => [],
      account: async () => ({
        cash: (CAPITAL - this.#held * PRICE) as Money,
        positions: this.#held === 0 ? {} : { A: this.#held },
      }),
      activities: async () => [],
      poll: async () => this.#untold.splice(0),
      nextDue: () => undefined,
      closeDay: async () => [],
    };
    return broker satisfies Broker;
  }

  #fill(intent: Intent, at: Instant): readonly Report[] {
    const { clientOrderId: order, quantity } = intent;
    this.sent.push({ intent, records: this.journal.entries.length });
    this.#held += intent.side === 'buy' ? quantity : -quantity;
    const executionId = `x${this.sent.length}` as ExecutionId;
    const accepted = { kind: 'accepted', order, at, venueOrderId: order } as const;
    const terms = { executionId, quantity, price: PRICE, fee: 0 as Money };
    const fill = { kind: 'fill', order, at, fill: terms } as const;
    // A broker that is polled tells nothing by itself: its stream lost the fill.
    if (!Number.isFinite(this.traits.pollMs)) return [accepted, fill];
    this.#untold.push(fill);
    return [accepted];
  }

  /** What was taken in, in order. */
  kinds(): string[] {
    const all = this.journal.entries.filter((one) => one.kind === 'input');
    return all.map(({ body }) => (body as Input).kind);
  }

  inputs<Kind extends Input['kind']>(kind: Kind): Extract<Input, { kind: Kind }>[] {
    const all = this.journal.entries.filter((one) => one.kind === 'input');
    const inputs = all.map(({ body }) => body as Input);
    return inputs.filter((one) => one.kind === kind) as Extract<Input, { kind: Kind }>[];
  }
}

describe('the runner', () => {
  test('an order leaves once its record is on the disk (F021, invariant 1)', async () => {
    const day = new Day();
    await (await day.open()).run('end');
    expect(day.sent.map(({ intent }) => `${intent.side} ${intent.quantity}`)).toEqual(['buy 500']);
    for (const { intent, records } of day.sent) {
      const submits = day.journal.entries
        .slice(0, records)
        .map(({ body }) => body as Effect)
        .filter((effect) => effect.kind === 'submit');
      expect(submits.map((effect) => effect.intent.clientOrderId)).toContain(intent.clientOrderId);
    }
  });

  test('a halt set while no process ran counts first (F065, invariant 16)', async () => {
    const day = new Day();
    let looks = 0;
    // Looked at no more once it was read: the halt itself must keep the day from trading.
    const latch = (): Latch | null =>
      looks++ === 0 ? { level: 'STOP', by: 'ann', reason: 'smoke' } : null;
    const runner = await day.open({ latch });
    await runner.run('end');
    expect(runner.state.halt).toBe('STOP');
    expect(day.inputs('command')).toMatchObject([{ command: 'halt', level: 'STOP', by: 'ann' }]);
    const kinds = day.kinds();
    expect(kinds.indexOf('command')).toBeLessThan(kinds.indexOf('account'));
    expect(day.sent).toEqual([]);
  });

  test('a fill that the stream lost is found within 15 s (F017, invariant 8)', async () => {
    const day = new Day({ ...BUILT_IN_TRAITS, pollMs: 5_000 });
    await (await day.open()).run('end');
    const fills = day.inputs('report').filter(({ report }) => report.kind === 'fill');
    expect(fills).toHaveLength(1);
    const [sent] = day.sent;
    expect((fills[0]?.at ?? Infinity) - (sent?.intent.at ?? 0)).toBeLessThanOrEqual(15_000);
  });

  test('each life has an epoch of its own (F026, invariants 4 and 26)', async () => {
    const day = new Day();
    for (let life = 1; life <= 3; life++) {
      const runner = await day.open();
      await runner.run('end');
      expect(runner.state.epoch).toBe(life);
      expect(runner.resumed).toBe(life > 1);
    }
    expect(day.inputs('start').map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(day.sent).toHaveLength(1);
  });

  test('a slot whose window is over is missed, not claimed (F052, invariant 22)', async () => {
    const { close } = sessionOf(DAY);
    for (const [early, slots] of [
      [2 * MINUTE_MS, 1],
      [MINUTE_MS / 2, 0],
    ] as const) {
      const day = new Day();
      await (await day.open({ at: close - early })).run('end');
      expect(day.inputs('slot')).toHaveLength(slots);
      expect(day.inputs('missed')).toHaveLength(1 - slots);
      expect(day.sent).toHaveLength(slots);
    }
  });
});

describe('the runner in a market that lives', () => {
  const { close } = sessionOf(DAY);

  test('marks what is held while the market is open, and not after it (invariant 20)', async () => {
    const day = new Day();
    await (await day.open({ lives: LIVES })).run('end');
    const at = day.inputs('quotes').map((input) => input.at);
    expect(at.length).toBeGreaterThanOrEqual(8);
    expect(at.every((one) => one >= close - 5 * MINUTE_MS && one < close)).toBe(true);
    const gaps = at.slice(1).map((one, i) => one - (at[i] as number));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(31_000);
  });

  test("waits after the close for the day's official bars (F046)", async () => {
    const day = new Day();
    await (await day.open({ lives: LIVES })).run('end');
    expect(day.inputs('close').map((input) => input.at)).toEqual([close + 20 * MINUTE_MS]);
    expect(
      day.inputs('bars').map((input) => new Date(input.at).toISOString().slice(0, 10)),
    ).toEqual(['2024-01-03', DAY]);
  });

  test('the day ends even where its bars cannot be had, and they come the next day', async () => {
    const day = new Day();
    let isDown = false;
    const options = { lives: LIVES, down: () => isDown };
    const runner = await day.open(options);
    await runner.run('one-slot');
    isDown = true;
    await (await day.open(options)).run('end');
    expect(day.inputs('close')).toHaveLength(1);
    expect(day.inputs('bars')).toHaveLength(1);
  });

  test('an order that adds risk stays back while the guard says so (invariant 24)', async () => {
    const day = new Day();
    const guard = () => "our clock is 7200000 ms from the broker's";
    await (await day.open({ lives: LIVES, guard })).run('end');
    expect(day.sent).toEqual([]);
    const [told] = day.inputs('report').map(({ report }) => report);
    expect(told).toMatchObject({ kind: 'notSent', reason: guard() });
  });

  test('what a feed must tell becomes an alert on record', async () => {
    const day = new Day();
    const runner = await day.open({ lives: LIVES });
    runner.notice({ severity: 'HIGH', code: 'dataDown', text: 'mute' });
    await runner.run('end');
    expect(day.inputs('notice')).toMatchObject([{ code: 'dataDown', severity: 'HIGH' }]);
    const alerts = day.journal.entries.map(({ body }) => body as Effect);
    expect(alerts.filter((effect) => effect.kind === 'alert').map(({ code }) => code)).toContain(
      'dataDown',
    );
  });
});
