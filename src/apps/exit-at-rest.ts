import { join } from 'node:path';
import { openJournal, readJournal } from '../adapters/journal/index.ts';
import { VirtualClock } from '../adapters/replay/index.ts';
import { OwnedElsewhere, takeOwnership } from '../adapters/system/index.ts';
import { dayNumber, type Instant, type Price } from '../base/index.ts';
import type { Broker, Feed, Setup, StartInput, State, World } from '../engine/index.ts';
import { type BarRow, exchangeDate } from '../market/index.ts';
import type { Desk } from './config/index.ts';
import { type ControlView, controlView } from './control-view.ts';
import { accountsOf, journalPath } from './journal-at.ts';
import { recordedDesk, recordedRun } from './recorded-run.ts';
import { type Observer } from './recorder.ts';
import { Runner } from './runner.ts';
import { deskParts } from './setup.ts';
import { builtInBroker } from './recorded-market.ts';
import { openDesk, type Stage } from './wire.ts';
import { type OpenWorld, openWorld, secretsOf } from './world/index.ts';

/** Who asks for an exit, and why. */
export interface ExitAsked {
  readonly by: string;
  readonly reason: string;
}

/** How an exit without a running process went. */
export interface ExitDone {
  readonly view: ControlView;
  /** Why it was done without books and strategies, or null where the desk could be opened. */
  readonly without: string | null;
}

const SILENT: Observer = { taken: () => {} };

/**
 * Carries the emergency exit out in this process, for a desk that none runs. Where the desk cannot
 * be opened as its journal has it (its strategy, its data or the journal are broken), it works from
 * the broker's own figures alone, with a journal beside the desk's; the next start reconciles.
 * Throws `OwnedElsewhere` while a process runs the desk.
 */
export async function exitAtRest(folder: string, asked: ExitAsked): Promise<ExitDone> {
  try {
    return { view: await openedExit(folder, asked), without: null };
  } catch (error) {
    if (error instanceof OwnedElsewhere) throw error;
    const without = error instanceof Error ? error.message : String(error);
    return { view: await bareExit(folder, asked), without };
  }
}

async function openedExit(folder: string, asked: ExitAsked): Promise<ControlView> {
  const { start, desk, definitions, setup } = await recordedRun(folder);
  const stage = stageOf(start);
  const world = await worldOf(folder, desk, start);
  const loaded = {
    desk,
    folder,
    definitions,
    path: join(folder, 'desk.yaml'),
    configHash: start.config,
    strategies: start.strategies,
    warnings: [],
  };
  const base = { stage, speed: 'max', fresh: false, observer: SILENT } as const;
  const options = world === null ? base : { ...base, world };
  const opened = await openDesk(loaded, options);
  try {
    return controlView(setup, await flattened(opened.runner, asked), stage);
  } finally {
    await opened.close();
  }
}

async function flattened(runner: Runner, asked: ExitAsked): Promise<State> {
  const command = runner.command({ command: 'flatten', ...asked });
  await runner.run('flat');
  return command;
}

/**
 * No book, no strategy, no history: what the broker reports is closed, and nothing else is done.
 */
async function bareExit(folder: string, asked: ExitAsked): Promise<ControlView> {
  const { desk, start } = recordedDesk(folder);
  const stage = stageOf(start);
  const { journal: account, owned } = accountsOf(start, desk.name, folder);
  const ownership = await takeOwnership(folder, owned);
  const world = await worldOf(folder, desk, start);
  try {
    const seen = lastSeen(folder);
    const setup = bareSetup(desk, `${account}:emergency`, seen, start.world);
    const path = join(folder, 'journal', 'emergency.db');
    const journal = openJournal(path, { account: setup.account });
    const feed = bareFeed(seen);
    const builtIn = world?.broker ? null : builtInBroker({ desk, folder }, stage, { setup, feed });
    try {
      const runner = await Runner.open({
        setup,
        journal,
        verified: false,
        identity: { stage, build: 'emergency', config: '', strategies: {} },
        broker: world?.broker ?? (builtIn?.broker as Broker),
        feed,
        clock: (from) =>
          world?.clock(from, 'max') ?? new VirtualClock(Math.max(from, seen.at) as Instant, 'max'),
        observer: SILENT,
        prices: pricesOf(seen, setup),
        from: exchangeDate(seen.at),
        to: null,
      });
      return controlView(setup, await flattened(runner, asked), stage);
    } finally {
      builtIn?.close();
      journal.close();
    }
  } finally {
    await world?.close();
    await ownership.release();
  }
}

const stageOf = ({ stage }: StartInput): Stage =>
  stage === 'dry-run' || stage === 'live' ? stage : 'paper';

/** The market and broker that a journal was begun in; null for a recorded market. */
async function worldOf(folder: string, desk: Desk, start: StartInput): Promise<OpenWorld | null> {
  if (start.world === undefined) return null;
  const secrets = secretsOf(folder);
  const from = exchangeDate(start.at);
  return openWorld({ desk, folder, stage: stageOf(start), secrets, from, since: start.at });
}

interface Seen {
  readonly at: Instant;
  readonly marks: ReadonlyMap<string, Price>;
}

interface SavedPositions {
  readonly at: Instant;
  readonly books: readonly {
    readonly ledger: {
      readonly positions: readonly {
        readonly symbol: string;
        readonly quantity: number;
        readonly multiplier: number;
        readonly lots: readonly { readonly cost: number }[];
      }[];
    };
  }[];
}

/** What the positions cost, as the newest snapshot has it, where that can still be read. */
function lastSeen(folder: string): Seen {
  try {
    const reader = readJournal(journalPath(folder));
    try {
      const text = reader.latestSnapshot()?.state;
      if (text !== undefined) return seenIn(JSON.parse(text) as SavedPositions);
    } finally {
      reader.close();
    }
  } catch {
    // A journal that cannot be read leaves the broker's own figures.
  }
  return { at: Date.now() as Instant, marks: new Map() };
}

function seenIn({ at, books }: SavedPositions): Seen {
  const marks = new Map<string, Price>();
  for (const { ledger } of books) {
    for (const { symbol, quantity, multiplier, lots } of ledger.positions) {
      const cost = lots.reduce((sum, lot) => sum + lot.cost, 0);
      marks.set(symbol, Math.round(cost / (quantity * multiplier)) as Price);
    }
  }
  return { at, marks };
}

function bareSetup(desk: Desk, account: string, { marks }: Seen, world?: World): Setup {
  const symbols = new Set([...marks.keys(), ...Object.keys(desk.data)]);
  return {
    ...deskParts(desk, world),
    account,
    series: [...symbols].map((symbol) => ({ symbol, timeframe: '1d', adjustment: 'all' })),
    books: [],
    record: 'all',
    capitalRule: 'fixed',
  };
}

/** A feed that shows nothing new: the exit asks for prices alone. */
const bareFeed = ({ marks }: Seen): Feed => ({
  completed: () => [],
  observe: async () => ({ bars: [], quotes: [] }),
  mark: (symbol) => marks.get(symbol),
  nextBar: () => undefined,
  lastDay: Number.POSITIVE_INFINITY,
});

/** The last known prices as bars, so that the journal says by which prices the exit went. */
const pricesOf = ({ at, marks }: Seen, setup: Setup): readonly BarRow[] =>
  setup.series.flatMap(({ symbol }) => {
    const price = marks.get(symbol);
    if (price === undefined) return [];
    const ends = { open: price, high: price, low: price, close: price };
    return [{ symbol, at, day: dayNumber(exchangeDate(at)), ...ends, volume: null }];
  });
