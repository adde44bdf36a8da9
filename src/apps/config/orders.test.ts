import { describe, expect, test } from 'vitest';
import { DEFAULT_WATCH } from '../../engine/index.ts';
import { setupOf } from '../setup.ts';
import {
  deskOf,
  edited,
  errorsIn,
  LIMITED_DESK,
  SAMPLE_DESK,
  SAMPLE_TREND,
} from './desk.fixture.ts';
import { describeDesk } from './explain.ts';

const OPTIONS = { account: 'test', record: 'all' } as const;
const setup = (text: string) => setupOf(deskOf(text), () => SAMPLE_TREND, OPTIONS);
const keysOf = (from: string, to: string) => errorsIn(edited(from, to)).map(({ key }) => key);

/** The sample without the sections that this file is about. */
function bare(): string {
  const lines = SAMPLE_DESK.split('\n');
  const kept: string[] = [];
  let drops = false;
  let indent = 0;
  for (const line of lines) {
    const depth = line.search(/\S/);
    if (drops && depth > indent) continue;
    drops = /^(simulator|execution|approvals|reconcile|crossing|capital_rule):/.test(line.trim());
    drops ||= /^ {4}(watch|leftover):/.test(line);
    indent = depth;
    if (!drops) kept.push(line);
  }
  return kept.join('\n');
}

describe('what the engine is set up with', () => {
  test('is every section of the desk', () => {
    expect(setup(SAMPLE_DESK)).toMatchObject({
      sendWithinMs: 6_000,
      flattenWithinMs: 20_000,
      flattenAtOpen: true,
      crossing: 'inside',
      approvals: {
        rules: { opening: 'required', reducing: 'free', protective: 'free', flatten: 'free' },
        books: {
          ticks: {
            opening: 'free',
            reducing: 'required',
            protective: 'required',
            flatten: 'required',
          },
        },
        timeoutMs: 2_700_000,
        driftPctMax: 0.8,
      },
      reconcile: {
        cashToleranceDay: 20_000,
        cashToleranceMonth: 500_000,
        lagMs: 90_000,
        everyMs: 600_000,
      },
    });
  });

  test('guards the positions of a book as it says', () => {
    const [trend, ticks] = setup(SAMPLE_DESK).books;
    expect(trend?.watch).toEqual({
      stopLossPct: 7,
      takeProfitPct: 21,
      holdDaysMax: 40,
      holdDaysMaxAtLoss: 15,
      stopRequired: true,
      brokerHeld: false,
      gapMsMax: 4_000,
      badTickPct: 2.5,
      confirmTicks: 3,
      confirmMs: 12_000,
      cover: { deadlineMs: 90_000, repairsMax: 4, cash: false },
    });
    expect(trend?.leftover).toEqual({
      market: 'cancel',
      limit: 'reprice',
      stop: 'carry',
      stopLimit: 'cancel',
      repricesMax: 2,
    });
    expect(ticks).not.toHaveProperty('watch');
    expect(ticks).not.toHaveProperty('leftover');
  });

  test('shares the account by the capital of the books, in percent of all of it', () => {
    const { capitalRule } = setup(SAMPLE_DESK);
    if (typeof capitalRule !== 'object') throw new Error('Wanted a rule');
    expect(capitalRule.pctByBook['trend']).toBeCloseTo(200 / 3, 10);
    const sum = Object.values(capitalRule.pctByBook).reduce((total, pct) => total + pct, 0);
    expect(sum).toBeCloseTo(100, 10);
  });

  test('is the broker of the desk: in this process, or as one that is called', () => {
    expect(setup(bare()).broker).toMatchObject({ pollMs: Number.POSITIVE_INFINITY });
    expect(setup(SAMPLE_DESK).broker).toMatchObject({ clientIds: 'unique', pollMs: 1_000 });
  });

  test('has the rules of the account, which the last gate applies', () => {
    expect(setup(SAMPLE_DESK)).not.toHaveProperty('rules');
    expect(setup(LIMITED_DESK).rules).toMatchObject({ account: 'margin', washSale: 'refuse' });
  });

  test('asks nobody, guards nothing and refuses opposite orders where nothing is said', () => {
    const text = bare();
    const given = setup(text);
    for (const key of ['approvals', 'crossing', 'rules']) expect(given).not.toHaveProperty(key);
    expect(given).toMatchObject({ sendWithinMs: 5_000, capitalRule: 'fixed' });
    expect(given.books.map(({ watch }) => watch)).toEqual([undefined, undefined]);
    const lines = describeDesk(deskOf(text));
    expect(lines).toContain('Approvals: none needed, every order leaves without a person');
    expect(lines).toContain('Book "trend" guard: only what its orders bring');
    expect(lines.join('\n')).toContain('is refused; each keeps what it has');
  });
});

test('a stop that the limits require guards every book, at their distance (F020)', () => {
  const books = setup(LIMITED_DESK).books;
  expect(books[0]?.watch).toMatchObject({ stopRequired: true, stopLossPct: 7, confirmTicks: 3 });
  expect(books[1]?.watch).toEqual({ ...DEFAULT_WATCH, stopRequired: true, stopLossPct: 7.5 });
  const own = edited('      order_notional_max: 60000\n', '      default_stop_pct: 4\n');
  expect(setup(edited('      stop_loss_pct: 7\n', '', own)).books[0]?.watch).toMatchObject({
    stopLossPct: 4,
  });
});

test('a watch that says nothing is the default one', () => {
  const text = edited(
    '    signals: signals.jsonl\n',
    '    signals: signals.jsonl\n    watch: {}\n',
  );
  expect(setup(text).books[1]?.watch).toEqual(DEFAULT_WATCH);
  const off = text.replace('watch: {}', 'watch: { cover: off }');
  expect(setup(off).books[1]?.watch).toEqual({ ...DEFAULT_WATCH, cover: null });
});

describe('the address of a broker is one of this machine', () => {
  test.each(['http://127.0.0.1:7777/', 'http://localhost:7777', 'http://localhost:65535'])(
    '%s is taken',
    (url) => {
      const text = edited('http://127.0.0.1:7777', url);
      expect(deskOf(text).simulator.url).toBe(url);
    },
  );

  test.each([
    ['https://127.0.0.1:7777', 'http://127.0.0.1:7777'],
    ['127.0.0.1:7777', 'http://127.0.0.1:7777'],
    ['http://[::1]:7777', 'http://127.0.0.1:7777'],
    ['http://127.0.0.1', undefined],
    ['http://127.0.0.1:0', undefined],
    ['http://127.0.0.1:65536', undefined],
    ['http://10.0.0.1:7777', undefined],
    ['http://example.com:7777', undefined],
    ['http://localhost.example.com:7777', undefined],
    ['http://localhost:7777@example.com:80', undefined],
    ['http://me:word@localhost:7777', undefined],
    ['http://localhost:7777/v1', undefined],
    ['http://localhost:7777?a', undefined],
  ])('%s is refused', (url, suggestion) => {
    const [error, ...others] = errorsIn(edited('http://127.0.0.1:7777', `"${url}"`));
    expect(others).toEqual([]);
    expect(error?.key).toBe('simulator.url');
    expect(error?.suggestion).toBe(suggestion);
  });
});

test.each([
  ['opening: required', 'opening: always', ['approvals.opening']],
  ['timeout_minutes: 45', 'timeout_minutes: 900', ['approvals.timeout_minutes']],
  ['confirm_ticks: 3', 'confirm_ticks: 1', ['books.0.watch.confirm_ticks']],
  ['hold_days_max: 40', 'hold_days_max: 10', ['books.0.watch.hold_days_max_at_loss']],
  ['cover: { deadline_seconds: 90', 'cover: { deadline: 90', ['books.0.watch.cover.deadline']],
  ['limit: reprice', 'limit: cancel', ['books.0.leftover.reprices_max']],
  ['limit: reprice', 'limit: replace', ['books.0.leftover.limit', 'books.0.leftover.reprices_max']],
  ['_day_dollars: 0.02', '_day_dollars: 0.6', ['reconcile.cash_tolerance_month_dollars']],
  ['_month_dollars: 0.5', '_month_dollars: 500', ['reconcile.cash_tolerance_month_dollars']],
  ['crossing: inside', 'crossing: allow', ['crossing']],
  ['capital_rule: rebalance-at-close', 'capital_rule: rebalance', ['capital_rule']],
  ['pieces: 4', 'pieces: 1', ['simulator.partial_fills.pieces']],
  ['send_within_seconds: 6', 'send_within_seconds: 6000', ['execution.send_within_seconds']],
])('"%s" as "%s" is refused', (from, to, wanted) => expect(keysOf(from, to)).toEqual(wanted));

test('a book asks nobody without a time to answer in, which is the desk that sets', () => {
  const start = SAMPLE_DESK.indexOf('approvals:\n  opening');
  const end = SAMPLE_DESK.indexOf('reconcile:');
  const text = SAMPLE_DESK.slice(0, start) + SAMPLE_DESK.slice(end);
  expect(errorsIn(text).map(({ key }) => key)).toEqual(['books.1.approvals']);
});

test('a book cannot leave out a stop that the limits require', () => {
  const text = edited('      stop_required: true\n', '      stop_required: false\n', LIMITED_DESK);
  expect(errorsIn(text).map(({ key }) => key)).toEqual(['books.0.watch.stop_required']);
});
