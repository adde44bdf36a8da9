import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { streamTicks } from '../adapters/data/index.ts';
import {
  JournalDamaged,
  openDurableMap,
  openJournal,
  readJournal,
  type SqliteJournal,
  verifyJournal,
} from '../adapters/journal/index.ts';
import { PaperBroker, RemoteBroker } from '../adapters/paper/index.ts';
import { ReplayFeed, type Speed, StreamFeed, VirtualClock } from '../adapters/replay/index.ts';
import {
  type ControlListener,
  haltLatch,
  latchPath,
  listenControl,
  type Ownership,
  takeOwnership,
} from '../adapters/system/index.ts';
import {
  BadInput,
  canonical,
  type DateText,
  dateOfDay,
  dayNumber,
  type Instant,
} from '../base/index.ts';
import {
  type Broker,
  capitalOf,
  type Feed,
  type Setup,
  type StartInput,
  foldRecords,
} from '../engine/index.ts';
import type { Bars } from '../market/index.ts';
import type { Signal } from '../portfolio/index.ts';
import type { SimBrokerSettings } from '../sim/index.ts';
import { immediateBroker, recordOf, signalsOf } from './backtest.ts';
import { type Desk, deskFile } from './config/index.ts';
import { DeskControl } from './control.ts';
import type { LoadedDesk } from './load.ts';
import { Publisher } from './publish.ts';
import type { Observer } from './recorder.ts';
import { type Identity, Runner } from './runner.ts';
import { SeriesLoader } from './series.ts';
import { recordedIn } from './recorded.ts';
import { setupOf } from './setup.ts';
import { buildVersion } from './version.ts';

const VERIFIED_MAX = 300_000; // records, about a second
const TICK_MS = 1_000; // market time between two TICK lines
const RECORDED_TICK_MS = 60_000; // and where a recording is played as fast as it goes

export type Stage = 'dry-run' | 'paper';

export interface RunOptions {
  readonly stage: Stage;
  readonly speed: Speed;
  readonly from?: DateText;
  readonly to?: DateText;
  readonly fresh: boolean;
  readonly observer: Observer;
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

/** The account a run of a recorded market belongs to: the built-in broker's, for this desk. */
export const accountOf = (stage: string, desk: string): string => `${stage}:${desk}`;

export const journalPath = (folder: string): string => join(folder, 'journal', 'plimsoll.db');
const brokerPath = (folder: string): string => join(folder, 'journal', 'broker.db');
const viewsPath = (folder: string): string => join(folder, 'journal', 'views-at');

/** The only place that picks adapters: by stage and feed, once. */
export async function openDesk(loaded: LoadedDesk, options: RunOptions): Promise<RunningDesk> {
  const { desk, folder } = loaded;
  const account = accountOf(options.stage, desk.name);
  const ownership = await takeOwnership(folder, `${account}:${folder}`);
  try {
    return await wire(loaded, options, { account, ownership });
  } catch (error) {
    await ownership.release();
    throw error;
  }
}

async function wire(
  loaded: LoadedDesk,
  options: RunOptions,
  { account, ownership }: { account: string; ownership: Ownership },
): Promise<RunningDesk> {
  const { desk, folder } = loaded;
  const setup = setupOf(desk, loaded.definitions, { account: desk.name, record: recordOf(desk) });
  const loader = new SeriesLoader(desk, options.to);
  const { feed, first } = await feedOf(desk, setup, loader, options);
  const streams = feed instanceof StreamFeed;
  const benchmark = desk.benchmark === null || streams ? null : await loader.load(desk.benchmark);
  const proven = options.fresh ? false : verifyAtStart(journalPath(folder));
  const archived = archiveOther(loaded, options);
  const verified = proven && archived === null;
  const journal = openJournal(journalPath(folder), { account });
  const identity = identityOf(loaded, options.stage, journal);
  const publisher = publisherOf(folder, journal, setup, options);
  const control = new DeskControl({ setup, stage: options.stage, folder });
  const { broker, close: closeBroker } = brokerOf(loaded, options.stage, { setup, feed });
  const observers = [publisher, control, options.observer];
  let listener: ControlListener | undefined;
  let runner: Runner | undefined;
  const close = async () => {
    await listener?.close();
    if (runner !== undefined) publisher.writeState(runner.state);
    publisher.close();
    writeFileSync(viewsPath(folder), `${journal.head().seq}`);
    closeBroker();
    journal.close();
    await ownership.release();
  };
  try {
    const opened = await Runner.open({
      setup,
      journal,
      verified,
      identity,
      broker,
      feed,
      clock: (start) => new VirtualClock(start, options.speed),
      observer: {
        taken: (...told) => {
          for (const observer of observers) observer.taken(...told);
        },
      },
      latch: () => haltLatch(latchPath(folder)),
      ...signalsByBook(desk),
      from: options.from ?? first,
      to: options.to ?? null,
    });
    runner = opened;
    listener = await listenControl(folder, (request) => control.answer(request, opened));
    return { runner, setup, journal, benchmark, notes: loader.notes(), archived, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The built-in broker, in this process or behind the address that the desk names. */
export function brokerOf(
  { desk, folder }: Pick<LoadedDesk, 'desk' | 'folder'>,
  stage: Stage,
  { setup, feed }: { setup: Setup; feed: Pick<Feed, 'mark'> },
): { broker: Broker; close: () => void } {
  const mark = (symbol: string, at: Instant) => feed.mark(symbol, at);
  const { url } = desk.simulator;
  if (url !== null) {
    const remote = new RemoteBroker({ url, mark });
    return { broker: remote, close: () => remote.close() };
  }
  const store = openDurableMap(brokerPath(folder));
  const broker = new PaperBroker(brokerSettings(desk, stage), capitalOf(setup), { store, mark });
  return { broker, close: () => store.close() };
}

/** A desk on every tick of one file is streamed, however long; any other has its bars loaded. */
async function feedOf(
  desk: Desk,
  setup: Setup,
  loader: SeriesLoader,
  options: RunOptions,
): Promise<{ feed: ReplayFeed | StreamFeed; first: DateText }> {
  const lastDay = options.to === undefined ? Number.POSITIVE_INFINITY : dayNumber(options.to);
  const [only] = setup.series;
  const source = only === undefined ? undefined : desk.data[only.symbol];
  const everyBar = setup.books.every((book) => book.slot.kind === 'every-bar');
  if (only && everyBar && setup.series.length === 1 && source?.kind === 'file') {
    const file = deskFile(desk, source.file);
    if (isStreamable(file)) {
      const { symbol, timeframe } = only;
      const [tick] = streamTicks(file, { symbol, timeframe });
      if (tick === undefined) throw new BadInput(`"${file}" has no ticks of "${symbol}"`);
      const first = dateOfDay(tick.day);
      return {
        feed: new StreamFeed(symbol, streamTicks(file, { symbol, timeframe }), lastDay),
        first,
      };
    }
  }
  const series: Bars[] = [];
  for (const { symbol } of setup.series) series.push(await loader.load(symbol));
  return { feed: new ReplayFeed(series, lastDay), first: firstDate(series) };
}

const isStreamable = (file: string): boolean => /\.(csv|jsonl)$/.test(file);

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

const firstDate = (series: readonly Bars[]): DateText =>
  dateOfDay(Math.max(...series.map((bars) => bars.day[0] as number)));

function brokerSettings(desk: Desk, stage: Stage): SimBrokerSettings {
  const immediate = immediateBroker(desk);
  if (stage === 'dry-run') return immediate;
  const { delayMs, rejectionPct, randomSlippageBps } = desk.simulator;
  return {
    ...immediate,
    ...(desk.simulator.partialFills && { partialFills: desk.simulator.partialFills }),
    delayMs: [delayMs.min, delayMs.max],
    rejectionPpm: Math.round(rejectionPct * 10_000),
    randomSlippageBps,
  };
}

function identityOf(loaded: LoadedDesk, stage: Stage, journal: SqliteJournal): Identity {
  const { folder: _, ...effective } = loaded.desk;
  const config = journal.putContent(canonical(effective));
  return { stage, build: buildVersion(), config, strategies: loaded.strategies };
}

/**
 * Proves the whole journal before anything is read of it, up to a size that takes about a second;
 * beyond it the chain is proven from the newest snapshot on, and `journal verify` proves the rest.
 * Throws `JournalDamaged` with the first bad record; nothing is written then.
 */
function verifyAtStart(path: string): boolean {
  if (!existsSync(path)) return false;
  if (recordsIn(path) > VERIFIED_MAX) return false;
  const verdict = verifyJournal(path);
  if (verdict.ok) return true;
  const { ok: _, ...damage } = verdict;
  throw new JournalDamaged(path, damage);
}

/** How many records a journal has; 0 for one that cannot be read, which verification then names. */
function recordsIn(path: string): number {
  try {
    const reader = readJournal(path);
    const records = reader.head().seq;
    reader.close();
    return records;
  } catch {
    return 0;
  }
}

/** The first start on record, which tells whose run a journal is; null when it has no records. */
export function firstStart(path: string): StartInput | null {
  if (!existsSync(path)) return null;
  const reader = readJournal(path);
  try {
    for (const record of reader.read(0)) return record.body as StartInput;
    return null;
  } finally {
    reader.close();
  }
}

/**
 * A recorded market may be run in many ways: a journal of another stage, configuration or strategy
 * is put aside whole, with its broker's books, and nothing of it is lost.
 */
function archiveOther(loaded: LoadedDesk, options: RunOptions): string | null {
  const folder = join(loaded.folder, 'journal');
  const path = journalPath(loaded.folder);
  if (!existsSync(path)) return null;
  const start = firstStart(path);
  const { folder: _, ...effective } = loaded.desk;
  const same =
    start !== null &&
    start.stage === options.stage &&
    canonical(start.strategies) === canonical(loaded.strategies) &&
    contentOf(path, start.config) === canonical(effective);
  if (same && !options.fresh) return null;
  const archive = join(loaded.folder, 'archive', `journal-${Date.now()}`);
  mkdirSync(join(loaded.folder, 'archive'), { recursive: true });
  renameSync(folder, archive);
  return archive;
}

function contentOf(path: string, hash: string): string | undefined {
  const reader = readJournal(path);
  try {
    return reader.content(hash);
  } finally {
    reader.close();
  }
}

/** The publisher, told everything from the beginning where its files may lag behind the journal. */
function publisherOf(
  folder: string,
  journal: SqliteJournal,
  setup: Setup,
  { stage, speed }: Pick<RunOptions, 'stage' | 'speed'>,
): Publisher {
  const at = existsSync(viewsPath(folder)) ? Number(readFileSync(viewsPath(folder), 'utf8')) : -1;
  const behind = at !== journal.head().seq || !Publisher.isWhole(folder);
  const created = firstStart(journalPath(folder))?.at ?? null;
  const tickEveryMs = speed === 'max' ? RECORDED_TICK_MS : TICK_MS;
  const head = { desk: setup.desk, stage, created };
  const publisher = new Publisher(folder, head, { fresh: behind, tickEveryMs });
  if (journal.head().seq === 0) return publisher;
  if (!behind) {
    const { decisions, fills } = recordedIn(journal);
    publisher.goOn(decisions.at(-1) ?? null, fills.length);
    return publisher;
  }
  const state = foldRecords(setup, journal.read(0), undefined, (input, effects, _record, now) => {
    publisher.taken(input, effects, now);
  });
  publisher.writeState(state);
  return publisher;
}
