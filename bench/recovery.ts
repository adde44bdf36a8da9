import { join } from 'node:path';
import { openJournal, readJournal, type SqliteJournal } from '../src/adapters/journal/index.ts';
import { assert, dateOfDay, type Instant, type Money, type Price } from '../src/base/index.ts';
import {
  entriesOf,
  type Entry,
  foldRecords,
  type Input,
  newState,
  saveState,
  type Setup,
  type State,
  stateDigest,
  step,
} from '../src/engine/index.ts';
import { type Bars, rowAt, RowView } from '../src/market/index.ts';
import { SimBroker } from '../src/sim/index.ts';
import type { StrategyDefinition } from '../src/strategy/index.ts';
import { crossover } from './sma.ts';
import { inFolder } from './folder.ts';
import { middle, rounded, timed } from './measure.ts';
import { minuteBars } from './minute-bars.ts';
import type { Outcome } from './report.ts';
import { BROKER, setupWith } from './setup.ts';

const RECORDS = 1_000_000;
const TAIL = 2_000; // records after the newest snapshot, as many as the runner lets gather
const SEED = 7;
const GROUP = 1_000;
const FOLDS = 3;
const RECOVERIES = 9;
const ACCOUNT = { account: 'bench' };

const setup: Setup = setupWith({
  strategy: crossover as unknown as StrategyDefinition,
  params: {},
  series: [{ symbol: 'SPY', timeframe: '1m', adjustment: 'all' }],
  capital: 1_000_000_000_000 as Money,
  slot: { kind: 'every-bar' },
  record: 'trades',
});

/** Steps a desk through minute bars and hands on every record that its runner would journal. */
class Life {
  readonly state: State = newState(setup);
  /** How many were handed on. */
  records = 0;
  readonly #broker = new SimBroker(BROKER, setup.books[0]?.capital as Money);
  readonly #keep: (entries: readonly Entry[]) => void;

  constructor(keep: (entries: readonly Entry[]) => void) {
    this.#keep = keep;
  }

  take(input: Input): void {
    const effects = step(setup, this.state, input);
    const entries = entriesOf(input, effects);
    this.records += entries.length;
    this.#keep(entries);
    for (const effect of effects) {
      if (effect.kind !== 'submit') continue;
      const at = input.at;
      const market = (): Price => this.state.marks[0] as Price;
      for (const report of this.#broker.submit(effect.intent, at, market)) {
        this.take({ kind: 'report', at, report });
      }
    }
  }

  closeDay(at: Instant, day: number): void {
    this.take({ kind: 'close', at, date: dateOfDay(day) });
    const { cash, positions } = this.#broker.books;
    this.take({ kind: 'account', at, account: { cash, positions: { ...positions } } });
  }
}

/** Writes a journal of at least `RECORDS` records, a snapshot `TAIL` before its end. */
function writeJournal(path: string, bars: Bars): { records: number; digest: string } {
  const journal = openJournal(path, ACCOUNT);
  let group: Entry[] = [];
  const flush = () => {
    if (group.length > 0) journal.append(group);
    group = [];
  };
  const life = new Life((entries) => {
    group.push(...entries);
    if (group.length >= GROUP) flush();
  });
  let saved = false;
  for (let i = 0; life.records < RECORDS; i++) {
    const row = rowAt(bars, i);
    life.take({
      kind: 'bars',
      at: row.at,
      bars: [new RowView(row)],
      series: [0],
      decide: 'every-bar',
    });
    if (bars.day[i + 1] !== row.day) life.closeDay(row.at, row.day);
    if (saved || life.records < RECORDS - TAIL) continue;
    saved = true;
    flush();
    journal.saveSnapshot(journal.head().seq, saveState(life.state));
  }
  flush();
  journal.close();
  return { records: life.records, digest: stateDigest(life.state) };
}

/** What a start does before it trades: open, newest snapshot, the records after it. */
function recover(path: string): State {
  const journal: SqliteJournal = openJournal(path, ACCOUNT);
  const snapshot = journal.latestSnapshot();
  assert(snapshot !== undefined, 'The journal has no sound snapshot');
  const state = foldRecords(setup, journal.read(snapshot.seq), snapshot);
  journal.close();
  return state;
}

function foldAll(path: string): State {
  const journal = readJournal(path);
  const state = foldRecords(setup, journal.read(0));
  journal.close();
  return state;
}

/** A journal of a million records: how long until its state is back. */
export const benchRecovery = (): Promise<Outcome> =>
  inFolder((folder) => {
    const path = join(folder, 'journal', 'bench.db');
    const { records, digest } = writeJournal(path, minuteBars('SPY', RECORDS, SEED));
    let state = newState(setup);
    const times = (count: number, run: () => State) =>
      Array.from({ length: count }, () =>
        timed(() => {
          state = run();
        }),
      );
    const fold = middle(times(FOLDS, () => foldAll(path)));
    assert(stateDigest(state) === digest, 'The fold of all records ends in another state');
    const recovery = middle(times(RECOVERIES, () => recover(path)));
    assert(stateDigest(state) === digest, 'The recovery ends in another state');
    return {
      figures: {
        recoverySeconds: rounded(recovery.ms / 1000),
        foldSeconds: rounded(fold.ms / 1000),
        foldCpuSeconds: rounded(fold.cpuMs / 1000),
        records,
        recordsAfterSnapshot: TAIL,
        equalStates: true,
      },
      goals: [
        { figure: 'recoverySeconds', bound: 'at most', value: 1 },
        { figure: 'foldSeconds', bound: 'at most', value: 3 },
      ],
    };
  });
