import fs from 'node:fs';
import { BadInput, type DateText, type Instant } from '../../base/index.ts';
import type { Adjustment, Bars, BarsHead, Timeframe } from '../../market/index.ts';
import { cutDays, type LoadedBars } from './bar-columns.ts';
import { headOf } from './content.ts';
import { commitFile, stageFile } from './durable.ts';
import { readFileBytes } from './file-bytes.ts';
import { assertSound, mergeBars } from './merge.ts';
import { parquetSource } from './parquet-source.ts';
import { metaOf, packSeries, type Provenance, readSeries, type SeriesMeta } from './series-file.ts';
import {
  assertNames,
  headsIn,
  readCache,
  readMeta,
  seriesPath,
  writeCache,
} from './store-files.ts';

export interface ImportOptions {
  /** When the import is made; the store has no clock. */
  readonly importedAt: Instant;
  /** Take new rows that differ from stored ones of the same time, instead of refusing them all. */
  readonly replace?: boolean | undefined;
  /** Which tape the bars come from; bars of another one are refused. */
  readonly feed?: string | undefined;
  /** When they came from their source. */
  readonly receivedAt?: Instant | undefined;
}

/** What an import did to one series. */
export interface Imported extends BarsHead {
  readonly path: string;
  readonly added: number;
  readonly kept: number;
  readonly replaced: number;
  /** Rows of the series now. */
  readonly length: number;
  readonly contentHash: string;
}

export interface SeriesQuery {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Needed where the symbol is there under several. */
  readonly source?: string | undefined;
  readonly adjustment?: Adjustment | undefined;
  /** First and last exchange date, both included. */
  readonly from?: DateText | undefined;
  readonly to?: DateText | undefined;
}

/** One file of the store: what it says of itself, or what is wrong with it. */
export type StoredSeries =
  | { readonly state: 'sound'; readonly path: string; readonly meta: SeriesMeta }
  | { readonly state: 'damaged'; readonly path: string; readonly problem: string };

/** Bars on disk, one Parquet file a series, by source and adjustment. */
export interface Store {
  readonly root: string;
  /**
   * Adds bars to their series, all of them or none: rows already there as they are are kept, new
   * ones added, differing ones refused unless `replace`. Each file is replaced in one step after it
   * was written, flushed and read back; a crash leaves the old file or the new one. Throws
   * `BadInput` on bars that are not sound, on differing rows, and on names unfit for a path.
   */
  importBars(series: Bars | readonly Bars[], options: ImportOptions): Promise<Imported[]>;
  /** All series, ordered by path. */
  list(): StoredSeries[];
  /**
   * One series. Throws `BadInput` when there is none, when several sources or adjustments have it
   * and the query does not say which, and when the stored data is damaged.
   */
  load(query: SeriesQuery): Promise<LoadedBars>;
}

/** The store in folder `root`, which need not exist before the first import. */
export function openStore(root: string): Store {
  return {
    root,
    importBars: (series, options) => importAll(root, isMany(series) ? series : [series], options),
    list: () => headsIn(root).map((head) => describe(root, head)),
    load: (query) => load(root, query),
  };
}

const isMany = (series: Bars | readonly Bars[]): series is readonly Bars[] => Array.isArray(series);

function describe(root: string, head: BarsHead): StoredSeries {
  const path = seriesPath(root, head);
  try {
    return { state: 'sound', path, meta: readMeta(root, head) as SeriesMeta };
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    return { state: 'damaged', path, problem: error.message };
  }
}

interface Change {
  readonly bars: LoadedBars;
  readonly meta: SeriesMeta;
  /** Content that was merged with; undefined for a new series. */
  readonly before: string | undefined;
  readonly result: Imported;
}

async function importAll(
  root: string,
  series: readonly Bars[],
  options: ImportOptions,
): Promise<Imported[]> {
  const changes: Change[] = [];
  for (const parts of bySeries(series).values())
    changes.push(await planChange(root, parts, options));
  const staged: { readonly change: Change; readonly file: string }[] = [];
  try {
    for (const change of changes) {
      if (change.before === change.meta.contentHash) continue;
      const bytes = packSeries(change.bars, change.meta);
      await readSeries(await parquetSource(change.result.path, bytes));
      staged.push({ change, file: stageFile(root, change.result.path, [bytes]) });
    }
    for (const { change } of staged) assertUnchanged(root, change);
    for (const { change, file } of staged) commitFile(file, change.result.path);
  } finally {
    for (const { file } of staged) fs.rmSync(file, { force: true });
  }
  for (const { change } of staged) writeCache(root, change.bars, change.meta.contentHash);
  return changes.map(({ result }) => result);
}

function bySeries(series: readonly Bars[]): Map<string, Bars[]> {
  const groups = new Map<string, Bars[]>();
  for (const bars of series) {
    assertNames(bars);
    assertSound(bars);
    const key = JSON.stringify(headOf(bars));
    groups.set(key, [...(groups.get(key) ?? []), bars]);
  }
  return groups;
}

async function planChange(
  root: string,
  parts: readonly Bars[],
  options: ImportOptions,
): Promise<Change> {
  const { importedAt, replace } = options;
  const head = headOf(parts[0] as Bars);
  const before = readMeta(root, head);
  const provenance = provenanceOf(head, before, options);
  let bars = before && (await loadSeries(root, before));
  const total = { added: 0, kept: 0, replaced: 0 };
  for (const part of parts) {
    const fresh: LoadedBars = { ...part, notes: 'notes' in part ? (part as LoadedBars).notes : [] };
    const merged = bars
      ? mergeBars(bars, fresh, replace)
      : { bars: fresh, added: fresh.length, kept: 0, replaced: 0 };
    bars = merged.bars;
    total.added += merged.added;
    total.kept += merged.kept;
    total.replaced += merged.replaced;
  }
  if (!bars || bars.length === 0) throw new BadInput(`Bars of "${head.symbol}" have no row`);
  const meta = metaOf(bars, importedAt, provenance);
  const { contentHash } = meta;
  const path = seriesPath(root, head);
  const result = { ...head, path, ...total, length: bars.length, contentHash };
  return { bars, meta, before: before?.contentHash, result };
}

/** What is known of where the bars come from; bars of two tapes are no one series. */
function provenanceOf(
  { symbol }: BarsHead,
  before: SeriesMeta | undefined,
  { feed, receivedAt }: ImportOptions,
): Provenance {
  const known = before?.feed;
  if (known !== undefined && feed !== undefined && known !== feed) {
    throw new BadInput(
      `Bars of "${symbol}" of feed "${feed}" cannot be mixed with those stored, of "${known}"`,
    );
  }
  const tape = feed ?? known;
  const at = receivedAt ?? before?.receivedAt;
  return {
    ...(tape === undefined ? {} : { feed: tape }),
    ...(at === undefined ? {} : { receivedAt: at }),
  };
}

/** Two imports at once: the one that comes second is refused, so that no row is lost. */
function assertUnchanged(root: string, { bars, before, result }: Change): void {
  if (readMeta(root, bars)?.contentHash === before) return;
  throw new BadInput(`File "${result.path}": another import changed it meanwhile; import again`);
}

async function loadSeries(root: string, meta: SeriesMeta): Promise<LoadedBars> {
  const cached = readCache(root, meta);
  if (cached) return cached;
  const file = seriesPath(root, meta);
  const bars = await readSeries(await parquetSource(file, readFileBytes(file)));
  writeCache(root, bars, meta.contentHash);
  return bars;
}

async function load(root: string, query: SeriesQuery): Promise<LoadedBars> {
  const { symbol, timeframe, source, adjustment, from, to } = query;
  const ofSymbol = headsIn(root).filter((head) => head.symbol === symbol);
  const found = ofSymbol.filter(
    (head) =>
      head.timeframe === timeframe &&
      (source === undefined || head.source === source) &&
      (adjustment === undefined || head.adjustment === adjustment),
  );
  const [head] = found;
  if (!head) throw new BadInput(`No ${textOf(query)} in the store${others(ofSymbol)}`);
  if (found.length > 1) {
    throw new BadInput(
      `${textOf(query)} are there ${found.length} times: name source and adjustment` +
        `${others(found)}; sources and adjustments are never mixed in one series`,
    );
  }
  const bars = await loadSeries(root, readMeta(root, head) as SeriesMeta);
  if (from === undefined && to === undefined) return bars;
  const cut = cutDays(bars, from, to);
  if (cut.length > 0) return { ...cut, notes: bars.notes };
  throw new BadInput(`No ${textOf(query)} from "${from ?? 'first'}" to "${to ?? 'last'}"`);
}

const textOf = ({ symbol, timeframe, source, adjustment }: SeriesQuery): string =>
  `bars "${timeframe}" of "${symbol}"` +
  (source === undefined ? '' : ` from source "${source}"`) +
  (adjustment === undefined ? '' : ` with adjustment "${adjustment}"`);

const others = (heads: readonly BarsHead[]): string =>
  heads.length === 0
    ? ''
    : `; there are ${heads
        .map((head) => `"${head.timeframe}" from "${head.source}" adjusted "${head.adjustment}"`)
        .join(', ')}`;
