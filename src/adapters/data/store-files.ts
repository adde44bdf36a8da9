import fs from 'node:fs';
import path from 'node:path';
import { parquetMetadata } from 'hyparquet';
import { BadInput } from '../../base/index.ts';
import {
  type Adjustment,
  type BarsHead,
  instrumentOf,
  type Timeframe,
  timeframeMs,
} from '../../market/index.ts';
import type { LoadedBars } from './bar-columns.ts';
import { loadColumns, packColumns } from './column-cache.ts';
import { isParquet } from './file-bytes.ts';
import { fileProblem } from './problem.ts';
import { type SeriesMeta, seriesMeta } from './series-file.ts';

const ADJUSTMENTS: readonly Adjustment[] = ['raw', 'splits', 'all'];
const SOURCE = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
const PARQUET = '.parquet';
const COLUMNS = '.columns';
const HASH_CHARS = 16;

/** Throws `BadInput` unless the names can stand in a path of the store. */
export function assertNames({ symbol, timeframe, source, adjustment }: BarsHead): void {
  instrumentOf(symbol);
  timeframeMs(timeframe);
  if (!SOURCE.test(source)) {
    throw new BadInput(`Source "${source}" is not a name of letters, digits, ".", "_" and "-"`);
  }
  if (!ADJUSTMENTS.includes(adjustment)) {
    throw new BadInput(`Adjustment "${adjustment}" is not one of "${ADJUSTMENTS.join('", "')}"`);
  }
}

/** `<root>/<source>/<adjustment>/<timeframe>/<SYMBOL>.parquet`, the symbol percent-encoded. */
export function seriesPath(root: string, head: BarsHead): string {
  const { symbol, timeframe, source, adjustment } = head;
  const name = `${encodeURIComponent(symbol)}${PARQUET}`;
  return path.join(root, source, adjustment, timeframe, name);
}

const namesIn = (folder: string): string[] =>
  fs.existsSync(folder) && fs.statSync(folder).isDirectory() ? fs.readdirSync(folder).sort() : [];

/** Heads of all series that lie in the store, by their paths alone, in the order of the paths. */
export function headsIn(root: string): BarsHead[] {
  const heads: BarsHead[] = [];
  for (const source of namesIn(root)) {
    for (const adjustment of ADJUSTMENTS) {
      for (const timeframe of namesIn(path.join(root, source, adjustment))) {
        for (const name of namesIn(path.join(root, source, adjustment, timeframe))) {
          if (name.startsWith('.') || !name.endsWith(PARQUET)) continue;
          const symbol = decodeURIComponent(name.slice(0, -PARQUET.length));
          heads.push({ symbol, timeframe: timeframe as Timeframe, source, adjustment });
        }
      }
    }
  }
  return heads;
}

const FOOTER_TAIL_BYTES = 8;

/** The last bytes of a Parquet file: its metadata, and what says how long that is. */
function readFooter(file: string): ArrayBuffer {
  const handle = fs.openSync(file, 'r');
  try {
    const { size } = fs.fstatSync(handle);
    const tail = new Uint8Array(FOOTER_TAIL_BYTES);
    const start = Math.max(0, size - FOOTER_TAIL_BYTES);
    fs.readSync(handle, tail, 0, FOOTER_TAIL_BYTES, start);
    const length = new DataView(tail.buffer).getUint32(0, true) + FOOTER_TAIL_BYTES;
    if (!isParquet(tail.subarray(4)) || length > size) {
      throw fileProblem(file, 'Parquet data is damaged or cut off');
    }
    const footer = new Uint8Array(length);
    fs.readSync(handle, footer, 0, length, size - length);
    return footer.buffer;
  } finally {
    fs.closeSync(handle);
  }
}

/**
 * What the stored file of a series says of itself; undefined when there is none. Throws `BadInput`
 * when it is damaged, of another program, or of another series than its place in the store says.
 */
export function readMeta(root: string, head: BarsHead): SeriesMeta | undefined {
  const file = seriesPath(root, head);
  if (!fs.existsSync(file)) return undefined;
  const meta = seriesMeta({ file, metadata: metadataOf(file) });
  if (!meta) throw fileProblem(file, 'was not written by plimsoll; import it');
  for (const key of ['symbol', 'timeframe', 'source', 'adjustment'] as const) {
    if (meta[key] === head[key]) continue;
    throw fileProblem(file, `lies under ${key} "${head[key]}" but holds "${meta[key]}"`);
  }
  return meta;
}

function metadataOf(file: string) {
  const footer = readFooter(file);
  try {
    return parquetMetadata(footer);
  } catch (error) {
    throw fileProblem(file, `Parquet data is damaged or cut off (${String(error)})`);
  }
}

const cachePath = (root: string, head: BarsHead, hash: string): string =>
  seriesPath(root, head).replace(/\.parquet$/, `.${hash.slice(0, HASH_CHARS)}${COLUMNS}`);

/** The columns kept for that content; undefined when they are missing or damaged. */
export const readCache = (root: string, meta: SeriesMeta): LoadedBars | undefined =>
  loadColumns(cachePath(root, meta, meta.contentHash), meta.contentHash);

/**
 * Keeps the columns and drops those of earlier content. The cache is a convenience: where it cannot
 * be written (a full or read-only disk) the series is read from Parquet each time.
 */
export function writeCache(root: string, bars: LoadedBars, hash: string): void {
  const target = cachePath(root, bars, hash);
  const staged = `${target}.${process.pid}.tmp`;
  const folder = path.dirname(target);
  const prefix = `${encodeURIComponent(bars.symbol)}.`;
  try {
    fs.writeFileSync(staged, Buffer.concat(packColumns(bars)));
    fs.renameSync(staged, target);
    for (const name of fs.readdirSync(folder)) {
      const rest = name.slice(prefix.length);
      const earlier = name.startsWith(prefix) && /^[0-9a-f]{16}\.columns$/.test(rest);
      if (earlier && path.join(folder, name) !== target) fs.rmSync(path.join(folder, name));
    }
  } catch {
    fs.rmSync(staged, { force: true });
  }
}
