import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  copyExample,
  DAILY_EXAMPLES,
  done,
  effectsOf,
  jsonOf,
  type Json,
  linesOf,
  recordsOf,
  scratch,
  textOf,
  told,
} from './cli.fixture.ts';

const folder = scratch('run');
const MONTHS = {
  'hierarchical-adaptive': { dates: ['--from', '2011-05-02', '--to', '2011-05-31'], days: 21 },
  'trend-vix': { dates: ['--from', '2017-05-01', '--to', '2017-05-31'], days: 22 },
} as const;

interface Outcome {
  readonly digest: string;
  readonly finalEquity: string;
  readonly days: number;
  readonly decisions: number;
  readonly nextSlot: string | null;
  readonly state: Json;
}

const run = (desk: string, stage: string, ...args: readonly string[]): Promise<Outcome> =>
  told<Outcome>(['run', desk, '--stage', stage, '--feed', 'replay', ...args]);

/** A decision without its instant: a backtest decides on the close, a run at its slot before it. */
const timeless = (decisions: readonly Json[]): Json[] =>
  decisions.map((one) => ({ ...one, at: null }));

describe.each(DAILY_EXAMPLES)('a month of %s', (name) => {
  const { dates, days } = MONTHS[name];
  const dry = copyExample(name, join(folder, `${name}-dry`));
  const file = join(folder, `${name}.jsonl`);

  test('dry run decides day by day what the backtest decides, facts included', async () => {
    const outcome = await run(dry, 'dry-run', ...dates);
    await told(['backtest', dry, ...dates, '--decisions', file]);
    const decisions = effectsOf(dry, 'decision');
    expect(outcome).toMatchObject({ days, decisions: days });
    expect(decisions).toHaveLength(days);
    expect(timeless(decisions)).toEqual(timeless(linesOf(file)));
  });

  test('paper decides the same, and a second desk ends with the same digest', async () => {
    const [one, two] = ['paper-1', 'paper-2'].map((place) =>
      copyExample(name, join(folder, `${name}-${place}`)),
    ) as [string, string];
    const [first, second] = await Promise.all([
      run(one, 'paper', ...dates),
      run(two, 'paper', ...dates),
    ]);
    expect(second).toEqual(first);
    expect(timeless(effectsOf(one, 'decision'))).toEqual(timeless(linesOf(file)));
  });

  test('every slot was claimed once, five minutes before the close, daylight saving or not', () => {
    const slots = recordsOf(dry, 'slot').map(({ body }) => body);
    const keys = slots.map(({ book, date }) => `${String(book)} ${String(date)}`);
    expect(new Set(keys).size).toBe(keys.length);
    const clocks = slots.map(({ at }) => new Date(at as number).toISOString().slice(11));
    expect([...new Set(clocks)]).toEqual(['19:55:00.000Z']);
  });
});

describe.concurrent('a week of every bar', () => {
  test.each(['ma-crossover', 'momentum', 'tick-engine'] as const)(
    'dry run of %s has the digest of the backtest, and replays',
    async (name) => {
      const desk = copyExample(name, join(folder, `${name}-dry`));
      const to = ['--to', '2024-01-09'];
      const [dry, tested] = await Promise.all([
        run(desk, 'dry-run', ...to),
        told<Outcome>(['backtest', desk, ...to]),
      ]);
      expect(effectsOf(desk, 'fill').length).toBeGreaterThan(5);
      expect(dry.digest).toBe(tested.digest);
      expect(await told(['replay', desk])).toMatchObject({ ok: true });
    },
  );
});

const stepsOf = (out: string): number[] =>
  [...out.matchAll(/^\[ ?(\d+)\/14\] /gm)].map((match) => Number(match[1]));
const ALL = Array.from({ length: 14 }, (_, i) => i + 1);
const slotOf = (out: string) => /^\[ 4\/14\] Slot +(\S+),/m.exec(out)?.[1];

describe.concurrent('once', () => {
  test.each(['dry-run', 'paper'])('%s does one slot in 14 steps, then the next', async (stage) => {
    const desk = copyExample('hierarchical-adaptive', join(folder, `once-${stage}`));
    const args = ['once', desk, '--stage', stage, '--feed', 'replay', '--from', '2011-06-01'];
    const first = await done(args);
    expect(stepsOf(first)).toEqual(ALL);
    expect(slotOf(first)).toBe('2011-06-01');
    expect(first).toMatch(/^Total time +\d+\.\d\d s/m);
    expect(first).toMatch(/^Next slot +2011-06-02T19:55:00\.000Z/m);
    const second = await done(args);
    expect(stepsOf(second)).toEqual(ALL);
    expect(slotOf(second)).toBe('2011-06-02');
    expect(effectsOf(desk, 'decision').map(({ date }) => date)).toEqual([
      '2011-06-01',
      '2011-06-02',
    ]);
  });

  test('slot by slot it comes to the same decisions and fills as a run', async () => {
    const desk = copyExample('hierarchical-adaptive', join(folder, 'once-twice'));
    const dates = ['--from', '2011-06-01', '--to', '2011-06-06'];
    for (let i = 0; i < 3; i++) await told(['once', desk, '--stage', 'paper', ...dates]);
    const end = await run(desk, 'paper', ...dates);
    const whole = copyExample('hierarchical-adaptive', join(folder, 'once-whole'));
    expect(end).toEqual(await run(whole, 'paper', ...dates));
  });

  test('--at names the slot to do', async () => {
    const desk = copyExample('hierarchical-adaptive', join(folder, 'once-at'));
    const out = await done(['once', desk, '--stage', 'dry-run', '--at', '2011-02-07T20:55:00Z']);
    expect(slotOf(out)).toBe('2011-02-07');
  });
});

const OLD_BACKUPS = 12;
const backupOf = (n: number): string =>
  `state_backup_2010010${Math.ceil(n / 2)}_20000${n % 2}.json`;

describe('the files of a run', () => {
  const desk = copyExample('hierarchical-adaptive', join(folder, 'views'));
  let outcome: Outcome;
  const fills = () => effectsOf(desk, 'fill');

  test('are there after a year', async () => {
    mkdirSync(join(desk, 'state/backups'), { recursive: true });
    for (let n = 1; n <= OLD_BACKUPS; n++)
      writeFileSync(join(desk, 'state/backups', backupOf(n)), '{}');
    outcome = await run(desk, 'paper', '--from', '2011-01-03', '--to', '2011-12-30');
    expect(fills().length).toBeGreaterThan(10);
    const folders = ['journal', 'state', 'exports', 'logs'];
    expect(folders.filter((name) => !existsSync(join(desk, name)))).toEqual([]);
  });

  test('state.json has the agreed keys and the state of the end', () => {
    const state = jsonOf(desk, 'state/state.json');
    expect(state).toMatchObject({
      last_run: expect.stringMatching(/^2011-12-30T/),
      vol_state: expect.stringMatching(/^(?:Low|High)$/),
      trend_state: expect.stringMatching(/^(?:BullStrong|Sideways|BearStrong)$/),
      current_positions: outcome.state['positions'],
      account_equity: outcome.finalEquity,
      metadata: { version: '1.0', created: expect.stringMatching(/^\d{4}-/) },
    });
    expect(Object.values(state['current_positions'] as Json).every(Number.isInteger)).toBe(true);
    expect(state['last_allocation']).toEqual(effectsOf(desk, 'decision').at(-1)?.['targets']);
  });

  test('at most ten backups are kept, the newest, each a whole state of its day', () => {
    const names = readdirSync(join(desk, 'state/backups')).sort();
    expect(names).toHaveLength(10);
    expect(names).not.toContain(backupOf(1));
    expect(names.at(-1)).toBe('state_backup_20111230_210000.json');
    const whole = names.filter((name) => name.startsWith('state_backup_2011'));
    for (const name of whole) {
      const { last_run: at } = jsonOf<{ last_run: string }>(desk, 'state/backups', name);
      expect(at.slice(0, 10).replaceAll('-', '')).toBe(name.slice(13, 21));
    }
    expect(whole).not.toEqual([]);
  });

  test('live_trades.csv has one row a fill, all of one width', () => {
    const [head = '', ...rows] = textOf(desk, 'exports/live_trades.csv').trim().split('\n');
    const columns = head.split(',');
    const wanted =
      'Date,Time,Ticker,Action,Qty,Expected_Price,Fill_Price,Slippage_%,Value,Reason,Mode,Order_ID';
    expect(columns).toEqual(expect.arrayContaining(wanted.split(',')));
    const cells = rows.map((row) => row.split(','));
    expect(cells.every((row) => row.length === columns.length)).toBe(true);
    const of = (row: string[], name: string) => row[columns.indexOf(name)];
    expect(
      cells.map((row) => [
        of(row, 'Date'),
        of(row, 'Ticker'),
        of(row, 'Action')?.toLowerCase(),
        Number(of(row, 'Qty')),
        of(row, 'Order_ID'),
        of(row, 'Mode'),
      ]),
    ).toEqual(
      fills().map((one) =>
        ['date', 'symbol', 'side', 'quantity', 'order'].map((name) => one[name]).concat('PAPER'),
      ),
    );
  });

  test('the JSONL files are lines of JSON: updates, equity, one trade a fill', () => {
    const trades = linesOf(desk, 'exports/live_trading_trades.jsonl');
    expect(trades.map(({ order_id: id, qty }) => [id, qty])).toEqual(
      fills().map(({ order, quantity }) => [order, quantity]),
    );
    const updates = linesOf(desk, 'exports/live_trading_updates.jsonl');
    expect(updates[0]).toMatchObject({ update_type: 'INIT', cash: 100_000, trades_executed: 0 });
    expect(updates.at(-1)).toMatchObject({ trades_executed: fills().length });
    const equity = linesOf(desk, 'exports/live_trading_equity.jsonl');
    expect(equity.at(-1)?.['portfolio_value']).toBeCloseTo(Number(outcome.finalEquity), 1);
    const times = equity.map(({ timestamp }) => String(timestamp));
    expect(times).toEqual([...times].sort());
  });

  test('each trading day has its log, with decision and close', () => {
    const names = readdirSync(join(desk, 'logs')).sort();
    expect(names).toHaveLength(outcome.days);
    const log = textOf(desk, 'logs/2011-12-30.log');
    expect(log).toMatch(/^2011-12-30T20:55:00\.000Z DECISION hav /m);
    expect(log).toContain(`CLOSE equity ${outcome.finalEquity}`);
  });

  test('a rerun after the end changes nothing and has the same digest', async () => {
    const kept = [
      'exports/live_trades.csv',
      'exports/live_trading_trades.jsonl',
      'logs/2011-12-30.log',
    ];
    const before = kept.map((name) => textOf(desk, name));
    const state = jsonOf(desk, 'state/state.json');
    const again = await run(desk, 'paper', '--from', '2011-01-03', '--to', '2011-12-30');
    expect(again).toEqual(outcome);
    expect(kept.map((name) => textOf(desk, name))).toEqual(before);
    expect(jsonOf(desk, 'state/state.json')).toEqual(state);
    expect(recordsOf(desk, 'slot')).toHaveLength(outcome.days);
    const updates = linesOf(desk, 'exports/live_trading_updates.jsonl');
    expect(updates.at(-1)).toMatchObject({ trades_executed: fills().length });
  });
});
