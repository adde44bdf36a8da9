import { openJournal, type SqliteJournal } from '../adapters/journal/index.ts';
import { type Speed, StreamFeed, VirtualClock } from '../adapters/replay/index.ts';
import {
  type ControlListener,
  haltLatch,
  latchPath,
  listenControl,
  type Ownership,
  takeOwnership,
} from '../adapters/system/index.ts';
import { canonical, type DateText } from '../base/index.ts';
import type { Broker, Clock, Feed, Setup } from '../engine/index.ts';
import type { Bars } from '../market/index.ts';
import type { Signal } from '../portfolio/index.ts';
import { recordOf, signalsOf } from './backtest.ts';
import type { Desk } from './config/index.ts';
import { DeskControl } from './control.ts';
import {
  accountOf,
  archiveAsked,
  archiveOther,
  firstStart,
  journalPath,
  verifyAtStart,
} from './journal-at.ts';
import type { LoadedDesk } from './load.ts';
import { publisherOf, viewsAreWhole } from './publisher-at.ts';
import { builtInBroker, recordedFeed } from './recorded-market.ts';
import type { Observer } from './recorder.ts';
import { type Identity, Runner, type RunnerParts } from './runner.ts';
import { SeriesLoader } from './series.ts';
import { setupOf } from './setup.ts';
import { buildVersion } from './version.ts';
import type { OpenWorld, Stage } from './world/index.ts';

export { firstStart, journalPath } from './journal-at.ts';
export type { Stage } from './world/index.ts';

const TICK_MS = 1_000; // market time between two TICK lines
const RECORDED_TICK_MS = 60_000; // and where a recording is played as fast as it goes

export interface RunOptions {
  readonly stage: Stage;
  readonly speed: Speed;
  readonly from?: DateText;
  readonly to?: DateText;
  readonly fresh: boolean;
  readonly observer: Observer;
  /** A market that lives, opened and proven; a recorded one where left out. */
  readonly world?: OpenWorld;
}

/** A desk that runs: recovered, owned, wired to its stage. */
export interface RunningDesk {
  readonly runner: Runner;
  readonly setup: Setup;
  readonly journal: SqliteJournal;
  readonly benchmark: Bars | null;
  readonly notes: readonly string[];
  /** Where a former journal went that belonged to another run; null where there was none. */
  readonly archived: string | null;
  close(): Promise<void>;
}

/** The only place that picks adapters: by stage and feed, once. */
export async function openDesk(loaded: LoadedDesk, options: RunOptions): Promise<RunningDesk> {
  const { desk, folder } = loaded;
  const { world, stage } = options;
  const account = world?.account ?? `${accountOf(stage, desk.name)}:${folder}`;
  let ownership: Ownership | undefined;
  try {
    ownership = await takeOwnership(folder, account);
    return await wire(loaded, options, ownership);
  } catch (error) {
    await ownership?.release();
    await world?.close();
    throw error;
  }
}

/** What a run stands on, whatever its market. */
interface Ground {
  readonly setup: Setup;
  readonly feed: Feed;
  readonly broker: Broker;
  readonly first: DateText;
  readonly clock: RunnerParts['clock'];
  readonly benchmark: Bars | null;
  readonly notes: readonly string[];
  close(): Promise<void>;
}

async function wire(
  loaded: LoadedDesk,
  options: RunOptions,
  ownership: Ownership,
): Promise<RunningDesk> {
  const { desk, folder } = loaded;
  const { stage, world } = options;
  const proven = options.fresh ? false : verifyAtStart(journalPath(folder));
  const archived =
    world === undefined
      ? archiveOther(loaded, options)
      : archiveAsked(loaded, options, (account) => world.isAccount(account));
  world?.bind(archived === null ? firstStart(journalPath(folder)) : null);
  const ground = await (world === undefined
    ? recordedGround(loaded, options)
    : liveGround(loaded, options, world));
  const { setup, feed, broker, benchmark, notes } = ground;
  const account = world?.told.account ?? accountOf(stage, desk.name);
  const journal = openJournal(journalPath(folder), { account });
  const identity = identityOf(loaded, options, journal);
  const tickEveryMs = options.speed === 'max' ? RECORDED_TICK_MS : TICK_MS;
  const publisher = publisherOf(folder, journal, setup, { stage, tickEveryMs });
  const control = new DeskControl({ setup, stage, folder });
  let listener: ControlListener | undefined;
  let runner: Runner | undefined;
  const close = async () => {
    await listener?.close();
    if (runner !== undefined) publisher.writeState(runner.state);
    publisher.close();
    viewsAreWhole(folder, journal);
    await ground.close();
    journal.close();
    await ownership.release();
  };
  try {
    const opened = await Runner.open({
      setup,
      journal,
      verified: proven && archived === null,
      identity,
      broker,
      feed,
      clock: ground.clock,
      observer: all([publisher, control, options.observer]),
      latch: () => haltLatch(latchPath(folder)),
      ...(world !== undefined && { guard: () => world.guard() }),
      ...signalsByBook(desk),
      from: options.from ?? ground.first,
      to: options.to ?? null,
    });
    runner = opened;
    world?.begin(opened);
    listener = await listenControl(folder, (request) => control.answer(request, opened));
    return { runner, setup, journal, benchmark, notes, archived, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Many observers as one. */
const all = (observers: readonly Observer[]): Observer => ({
  taken: (...told) => {
    for (const observer of observers) observer.taken(...told);
  },
});

async function recordedGround(loaded: LoadedDesk, options: RunOptions): Promise<Ground> {
  const { desk } = loaded;
  const record = recordOf(desk);
  const setup = setupOf(desk, loaded.definitions, { account: desk.name, record });
  const loader = new SeriesLoader(desk, options.to);
  const { feed, first } = await recordedFeed(desk, setup, loader, options.to);
  const streams = feed instanceof StreamFeed;
  const benchmark = desk.benchmark === null || streams ? null : await loader.load(desk.benchmark);
  const { broker, close } = builtInBroker(loaded, options.stage, { setup, feed });
  return {
    setup,
    feed,
    broker,
    first,
    clock: (start) => new VirtualClock(start, options.speed),
    benchmark,
    notes: loader.notes(),
    close: async () => close(),
  };
}

async function liveGround(
  loaded: LoadedDesk,
  { stage, speed, from }: RunOptions,
  world: OpenWorld,
): Promise<Ground> {
  const { desk, definitions } = loaded;
  const record = recordOf(desk);
  const setup = setupOf(desk, definitions, { ...world.told, record, world: world.told });
  const feed = world.feed(setup);
  const builtIn = world.broker === null ? builtInBroker(loaded, stage, { setup, feed }) : undefined;
  return {
    setup,
    feed,
    broker: world.broker ?? (builtIn?.broker as Broker),
    first: from ?? world.firstDate(),
    clock: (start): Clock => world.clock(start, speed),
    benchmark: null,
    notes: [],
    close: async () => {
      builtIn?.close();
      await world.close();
    },
  };
}

function signalsByBook(desk: Desk): { signals?: ReadonlyMap<number, readonly Signal[]> } {
  const { signals } = signalsOf(desk);
  if (signals === undefined) return {};
  const byBook = new Map<number, Signal[]>();
  for (const { book, signal } of signals) {
    const list = byBook.get(book) ?? [];
    list.push(signal);
    byBook.set(book, list);
  }
  return { signals: byBook };
}

function identityOf(loaded: LoadedDesk, options: RunOptions, journal: SqliteJournal): Identity {
  const { folder: _, ...effective } = loaded.desk;
  const config = journal.putContent(canonical(effective));
  const { stage, world } = options;
  const { strategies } = loaded;
  const identity = { stage, build: buildVersion(), config, strategies };
  return world === undefined ? identity : { ...identity, world: world.told };
}
