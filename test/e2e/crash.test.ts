import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  copyExample,
  edit,
  effectsOf,
  type Json,
  recordsOf,
  scratch,
  sql,
  start,
  textOf,
  told,
} from './cli.fixture.ts';
import { seeded } from './csv.fixture.ts';

const SEED = Number(process.env['PLIMSOLL_CRASH_SEED'] ?? 20_261_121);
const DESKS = ['one', 'two'] as const;
const KILLS = 8; // of each desk
const ORDERLY_END = 3;
const [SOONEST_MS, LATEST_MS] = [300, 1_800];
const FROM = '2012-01-03';
const MORE_DAYS = 20;

const folder = scratch('crash');
const whole = copyExample('hierarchical-adaptive', join(folder, 'whole'));
const placeOf = (desk: string): string => join(folder, desk);

/** Sells one fund and buys the other every day, so that kills meet orders at work. */
const FLIP = `import { defineStrategy, rebalance, z } from 'plimsoll';
export default defineStrategy({
  name: 'flip',
  version: '1.0.0',
  params: z.strictObject({}),
  universe: () => ['PSQ', 'TMF'],
  subscriptions: () => [{ symbol: 'PSQ', timeframe: '1d', warmup: 1, trigger: true }],
  create: () => ({
    onBar() {},
    decide(view) {
      const next = (view.lastTargets['PSQ'] ?? 0) > 0 ? 'TMF' : 'PSQ';
      return rebalance({ [next]: 0.9 }, 'To ' + next + '.');
    },
    facts: () => ({}),
  }),
});
`;
const FLIP_BOOK = `    params: {}
  - name: flip
    strategy: { file: flip.ts }
    capital_pct: 40
    schedule: close - 5m
`;
const SIMULATOR = `simulator:
  seed: 3
  delay_ms: [200, 1500]
  rejection_pct: 5
  random_slippage_bps: 2
`;

writeFileSync(join(whole, 'flip.ts'), FLIP);
edit(join(whole, 'desk.yaml'), 'capital_pct: 100', 'capital_pct: 60');
edit(join(whole, 'desk.yaml'), /params: \{\} .*\n/, FLIP_BOOK.trimStart());
edit(join(whole, 'desk.yaml'), 'simulator:\n', SIMULATOR);
for (const desk of DESKS) cpSync(whole, placeOf(desk), { recursive: true });

interface Outcome {
  readonly digest: string;
  readonly finalEquity: string;
  readonly state: { readonly date: string; readonly positions: Readonly<Record<string, number>> };
}

const argsOf = (desk: string, ...more: readonly string[]) => [
  'run',
  desk,
  '--stage',
  'paper',
  '--feed',
  'replay',
  '--from',
  FROM,
  ...more,
];

/** Starts the run and kills it; throws when it ended before that, which it should not. */
async function killAfter(desk: string, ms: number): Promise<void> {
  const run = start(argsOf(desk, '--json'));
  await sleep(ms);
  run.child.kill('SIGKILL');
  const { code, signal, err } = await run.ended;
  if (signal !== 'SIGKILL') throw new Error(`Ended with ${code} within ${ms} ms: ${err}`);
}

/** The trading date so many days after the last one that the desk closed. */
function lastDate(desk: string): string {
  const file = join(desk, 'journal/plimsoll.db');
  const tables = existsSync(file) ? sql(file, 'SELECT name FROM sqlite_schema') : [];
  const begun = tables.some(({ name }) => name === 'journal');
  const closes = begun ? recordsOf(desk, 'close').map(({ body }) => body['date'] as string) : [];
  const last = Date.parse(closes.at(-1) ?? FROM);
  return new Date(last + MORE_DAYS * 86_400_000).toISOString().slice(0, 10);
}

/** A life that ends in good order leaves a snapshot, from which the later ones recover. */
async function kills(desk: string, next: () => number): Promise<void> {
  for (let i = 0; i < KILLS; i++) {
    if (i === ORDERLY_END) await told(argsOf(desk, '--to', lastDate(desk)));
    await killAfter(desk, SOONEST_MS + Math.floor(next() * (LATEST_MS - SOONEST_MS)));
  }
}

/** Orders in the broker's own books, by client order id. */
const brokerOrders = (desk: string): Map<string, Json> =>
  new Map(
    sql(join(desk, 'journal/broker.db'), 'SELECT key, text FROM map')
      .filter(({ key }) => key !== 'books')
      .map(({ key, text }) => [key as string, JSON.parse(text as string) as Json]),
  );

const idOf = (order: Json): string => (order['intent'] as Json)['id'] as string;

const repeated = (all: readonly unknown[]): unknown[] =>
  all.filter((one, i) => all.indexOf(one) !== i);

const ends = new Map<string, Outcome>();

beforeAll(async () => {
  const desks = DESKS.map(placeOf);
  await Promise.all(desks.map((desk, i) => kills(desk, seeded(SEED + i))));
  const to = desks.map(lastDate).sort().at(-1) as string;
  const end = async (desk: string) => ends.set(desk, await told(argsOf(desk, '--to', to)));
  await Promise.all([...desks, whole].map(end));
});

describe.each(DESKS)(`kill -9 at random instants, seed ${SEED}, desk %s (F021, F027)`, (name) => {
  const killed = placeOf(name);

  test('the end is that of a run without an interruption (invariant 27)', () => {
    expect(ends.get(killed)).toEqual(ends.get(whole));
    expect(effectsOf(whole, 'fill').length).toBeGreaterThan(10);
    for (const kind of ['decision', 'fill'] as const) {
      expect(effectsOf(killed, kind)).toEqual(effectsOf(whole, kind));
    }
  });

  test('every life has an epoch of its own, rising (invariant 26)', () => {
    const epochs = recordsOf(killed, 'start').map(({ body }) => body['epoch']);
    expect(epochs).toEqual(Array.from({ length: epochs.length }, (_, i) => i + 1));
    expect(epochs.length).toBeGreaterThan(1);
  });

  test('no order was sent twice, and none is at the broker twice (invariants 2, 4)', () => {
    const attempts = recordsOf(killed, 'submit').map(({ body }) => body);
    const first = attempts.filter(({ attempt }) => attempt === 1);
    const submits = first.map(({ intent }) => intent as Json);
    // A later attempt is the same order under the same id, after proof that none had arrived.
    const again = attempts.filter(({ attempt }) => attempt !== 1).map(({ intent }) => intent);
    for (const intent of again) expect(submits).toContainEqual(intent);
    expect(repeated(submits.map(({ id }) => id))).toEqual([]);
    expect(repeated(submits.map(({ clientOrderId }) => clientOrderId))).toEqual([]);
    const orders = brokerOrders(killed);
    expect(repeated([...orders.values()].map(idOf))).toEqual([]);
    const sent = new Set(submits.map(({ clientOrderId }) => clientOrderId));
    expect([...orders.keys()].filter((id) => !sent.has(id))).toEqual([]);
    const ids = (desk: string) => [...brokerOrders(desk).values()].map(idOf).sort();
    expect(ids(killed)).toEqual(ids(whole));
  });

  test('each fill of the broker is in the ledger once, and no other (invariants 8, 10)', () => {
    const filled = [...brokerOrders(killed).values()].filter(({ fill }) => fill !== null);
    const wanted = filled.map((order) => [idOf(order), (order['fill'] as Json)['price']]).sort();
    const fills = effectsOf(killed, 'fill').map(({ order, price }) => [order, price]);
    expect(fills.toSorted()).toEqual(wanted);
    const [books] = sql(
      join(killed, 'journal/broker.db'),
      "SELECT text FROM map WHERE key = 'books'",
    );
    const { positions } = JSON.parse(books?.['text'] as string) as { positions: Json };
    expect(ends.get(killed)?.state.positions).toEqual(positions);
  });

  test('no book has two slots or two decisions of one day (invariant 22)', () => {
    const slots = recordsOf(killed, 'slot').map(({ body }) => `${body['book']} ${body['date']}`);
    expect(repeated(slots)).toEqual([]);
    const days = effectsOf(killed, 'decision').map(({ book, date }) => `${book} ${date}`);
    expect(repeated(days)).toEqual([]);
  });

  test('nothing was sent in a life before its account was seen (invariant 28)', () => {
    const starts = recordsOf(killed, 'start').map(({ seq }) => seq);
    const accounts = recordsOf(killed, 'account').map(({ seq }) => seq);
    const submits = recordsOf(killed, 'submit').map(({ seq }) => seq);
    const early = submits.filter((seq) => {
      const began = starts.findLast((start) => start < seq) ?? 0;
      return !accounts.some((seen) => seen > began && seen < seq);
    });
    expect(early).toEqual([]);
  });

  test('the journal verifies, and replays byte for byte', async () => {
    const [verified, replayed] = await Promise.all([
      told(['journal', 'verify', killed]),
      told(['replay', killed]),
    ]);
    expect(verified).toMatchObject({ ok: true });
    expect(replayed).toMatchObject({ ok: true, difference: null });
  });

  test('the files that people read are as if nothing had happened', () => {
    for (const name of ['exports/live_trades.csv', 'exports/live_trading_trades.jsonl']) {
      const anyEpoch = (desk: string) => textOf(desk, name).replaceAll(/-e\d+-/g, '-e-');
      expect(anyEpoch(killed)).toBe(anyEpoch(whole));
    }
  });
});
