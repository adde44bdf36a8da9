import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openJournal } from '../src/adapters/journal/index.ts';
import { makeDurable, openDatabase } from '../src/adapters/journal/sqlite.ts';
import { assert, canonical, type Money, type Price } from '../src/base/index.ts';
import {
  entriesOf,
  type Entry,
  type Input,
  newState,
  type Setup,
  type State,
  step,
} from '../src/engine/index.ts';
import { nextSession, type Session, sessionOn } from '../src/market/index.ts';
import { SimBroker } from '../src/sim/index.ts';
import {
  type Decision,
  defineStrategy,
  type StrategyDefinition,
  trade,
  z,
} from '../src/strategy/index.ts';
import { inFolder } from './folder.ts';
import { quantile, rounded } from './measure.ts';
import type { Outcome } from './report.ts';
import { BROKER, setupWith } from './setup.ts';

const SLOTS = 3_000;
const WARM = 300; // slots before the timing begins
const FIRST_DATE = '2005-01-03' as Session['date'];
const MARK = 400_000_000 as Price;
const SLOT_MS = 5 * 60_000; // before the close

const BUY = trade([{ symbol: 'SPY', side: 'buy', quantity: 100 }], 'the day is even');
const SELL = trade([{ symbol: 'SPY', side: 'sell', quantity: 100 }], 'the day is odd');

const everyDay = defineStrategy({
  name: 'bench-every-day',
  version: '1.0',
  params: z.strictObject({}),
  universe: () => ['SPY'],
  subscriptions: () => [{ symbol: 'SPY', timeframe: '1d', warmup: 0, trigger: true }],
  create: (_params, tools) => {
    const memory = tools.memory({ slots: 0 });
    return {
      onBar: () => {},
      decide: (): Decision => (memory.slots++ % 2 === 0 ? BUY : SELL),
      facts: () => ({ slots: memory.slots, mark: 400, mean: 399.87, spread: 0.0123 }),
    };
  },
});

const setup: Setup = setupWith({
  strategy: everyDay as unknown as StrategyDefinition,
  params: {},
  series: [{ symbol: 'SPY', timeframe: '1d', adjustment: 'all' }],
  capital: 1_000_000_000_000 as Money,
  slot: { kind: 'session', anchor: 'close', offsetMs: -SLOT_MS },
  record: 'all',
});

/** The two ways of putting one group on the disk. */
interface Ways {
  readonly journal: (entries: readonly Entry[]) => void;
  readonly bare: (rows: readonly string[]) => void;
}

/** The same table without a chain, hashes, head file or checks; one transaction a group. */
function bareAppend(path: string): Ways['bare'] {
  mkdirSync(dirname(path), { recursive: true });
  const db = openDatabase(path);
  makeDurable(db);
  db.exec('CREATE TABLE journal (seq INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT');
  const insert = db.prepare('INSERT INTO journal (body) VALUES (?)');
  const [begin, commit] = [db.prepare('BEGIN IMMEDIATE'), db.prepare('COMMIT')];
  return (rows) => {
    begin.run();
    for (const row of rows) insert.run(row);
    commit.run();
  };
}

const HASHES = '0'.repeat(128); // the room of a record's own hash and the one before it
const rowOf = ({ at, kind, body }: Entry): string => `${HASHES}${at}${kind}${canonical(body)}`;

/** One session's slot: claimed, answered (timed, both ways), filled, and the day closed. */
function playSession(
  session: Session,
  state: State,
  broker: SimBroker,
  ways: Ways,
): { readonly stepMs: number; readonly bareMs: number } {
  const at = (session.close - SLOT_MS) as Input['at'];
  const { date } = session;
  const take = (input: Input) => ways.journal(entriesOf(input, step(setup, state, input)));
  take({ kind: 'slot', at, book: 0, date });
  const quotes = [{ symbol: 'SPY', price: MARK, at }];
  const seen = { kind: 'observation' as const, at, book: 0, date, bars: [], series: [], quotes };
  const start = performance.now();
  const input: Input = { ...seen, open: session.open, fence: session.close };
  const effects = step(setup, state, input);
  const entries = entriesOf(input, effects);
  ways.journal(entries);
  const stepMs = performance.now() - start;
  const rows = entries.map(rowOf);
  const bareStart = performance.now();
  ways.bare(rows);
  const bareMs = performance.now() - bareStart;
  const order = effects.find((effect) => effect.kind === 'submit');
  assert(order !== undefined, `No order on ${date}: ${canonical(effects)}`);
  for (const report of broker.submit(order.intent, at, () => MARK)) {
    take({ kind: 'report', at, report });
  }
  take({ kind: 'close', at: session.close, date });
  return { stepMs, bareMs };
}

/** A quote in, a reviewed order durable: the step and the journal beside a bare append. */
export const benchDurableStep = (): Promise<Outcome> =>
  inFolder((folder) => {
    const journal = openJournal(join(folder, 'journal', 'bench.db'), { account: 'bench' });
    const ways: Ways = {
      journal: (entries) => void journal.append(entries),
      bare: bareAppend(join(folder, 'bare', 'bare.db')),
    };
    const state = newState(setup);
    const broker = new SimBroker(BROKER, setup.books[0]?.capital as Money);
    const steps: number[] = [];
    const bares: number[] = [];
    let session = sessionOn(FIRST_DATE) as Session;
    for (let i = 0; i < WARM + SLOTS; i++) {
      const { stepMs, bareMs } = playSession(session, state, broker, ways);
      if (i >= WARM) {
        steps.push(stepMs);
        bares.push(bareMs);
      }
      session = nextSession(session.date);
    }
    journal.close();
    return outcomeOf(steps, bares);
  });

function outcomeOf(steps: readonly number[], bares: readonly number[]): Outcome {
  const [p50, bareP50] = [quantile(steps, 0.5), quantile(bares, 0.5)];
  return {
    figures: {
      stepP50Ms: rounded(p50),
      stepP99Ms: rounded(quantile(steps, 0.99)),
      bareP50Ms: rounded(bareP50),
      bareP99Ms: rounded(quantile(bares, 0.99)),
      aboveBareP50Ms: rounded(p50 - bareP50),
      slots: SLOTS,
    },
    goals: [
      { figure: 'stepP50Ms', bound: 'at most', value: 1 },
      { figure: 'stepP99Ms', bound: 'at most', value: 5 },
      { figure: 'aboveBareP50Ms', bound: 'at most', value: 0.3 },
    ],
  };
}
