import type { SchemaElement } from 'hyparquet';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { BadInput, canonical, type Instant } from '../../base/index.ts';
import { type BarsHead, timeframeMs } from '../../market/index.ts';
import { barsOf, columnsFor, type LoadedBars } from './bar-columns.ts';
import { contentHash, headOf, plainVolumes } from './content.ts';
import { parquetColumns, type ParquetSource } from './parquet-source.ts';
import { fileProblem } from './problem.ts';

/** What a stored file says of itself. */
export interface SeriesMeta extends BarsHead {
  readonly length: number;
  readonly first: Instant;
  readonly last: Instant;
  readonly importedAt: Instant;
  /** SHA-256 of head and columns, see `contentHash`. */
  readonly contentHash: string;
  readonly notes: readonly string[];
  /** Which tape the bars come from, where that is known: "sip", "iex". */
  readonly feed?: string;
  /** When the newest of them came from the source, where that is known. */
  readonly receivedAt?: Instant;
}

/** What a source says beside the bars. */
export type Provenance = Pick<SeriesMeta, 'feed' | 'receivedAt'>;

const META_KEY = 'plimsoll';
const COLUMNS = ['date', 'end', 'open', 'high', 'low', 'close', 'volume'] as const;
const PRICES = ['open', 'high', 'low', 'close'] as const;
const MICROS = 1_000_000;
/**
 * Below this every price in micro-dollars comes back exactly from the nearest double of dollars.
 */
const PRICE_MAX = 2 ** 51;
const ROW_GROUP_ROWS = 250_000;

const required = (name: string, type: 'INT32' | 'INT64' | 'DOUBLE'): SchemaElement => ({
  name,
  type,
  repetition_type: 'REQUIRED',
});

const SCHEMA: SchemaElement[] = [
  { name: 'bars', num_children: COLUMNS.length },
  { ...required('date', 'INT32'), converted_type: 'DATE' },
  { ...required('end', 'INT64'), converted_type: 'TIMESTAMP_MILLIS' },
  ...PRICES.map((name) => required(name, 'DOUBLE')),
  { name: 'volume', type: 'DOUBLE', repetition_type: 'OPTIONAL' },
];

/**
 * A series as Parquet: `date` and `end` of each bar, prices as doubles of dollars (they read back
 * to the exact micro-dollar), volume null where unknown; the metadata as JSON under the key
 * "plimsoll". Throws `BadInput` on a price of 2.25 billion dollars and above.
 */
export function packSeries(bars: LoadedBars, meta: SeriesMeta): Uint8Array {
  const dollars = (column: Float64Array) => {
    const values = new Float64Array(bars.length);
    for (let i = 0; i < bars.length; i += 1) {
      const micros = column[i] as number;
      if (micros >= PRICE_MAX) throw new BadInput(`A price of "${bars.symbol}" is out of range`);
      values[i] = micros / MICROS;
    }
    return values;
  };
  const volumes = Array.from(bars.volume, (shares) => (Number.isNaN(shares) ? null : shares));
  const data = [bars.day, bars.end, ...PRICES.map((name) => dollars(bars[name])), volumes];
  const buffer = parquetWriteBuffer({
    columnData: COLUMNS.map((name, index) => ({ name, data: data[index] as number[] })),
    schema: SCHEMA,
    rowGroupSize: ROW_GROUP_ROWS,
    kvMetadata: [{ key: META_KEY, value: canonical(meta) }],
    createdBy: 'plimsoll',
  });
  return new Uint8Array(buffer);
}

export function metaOf(
  bars: LoadedBars,
  importedAt: Instant,
  { feed, receivedAt }: Provenance = {},
): SeriesMeta {
  return {
    ...headOf(bars),
    length: bars.length,
    first: bars.end[0] as Instant,
    last: bars.end[bars.length - 1] as Instant,
    importedAt,
    contentHash: contentHash(bars),
    notes: bars.notes,
    ...(feed === undefined ? {} : { feed }),
    ...(receivedAt === undefined ? {} : { receivedAt }),
  };
}

/** What a file of the store says of itself; undefined for Parquet that another program wrote. */
export function seriesMeta(
  source: Pick<ParquetSource, 'file' | 'metadata'>,
): SeriesMeta | undefined {
  const found = source.metadata.key_value_metadata?.find(({ key }) => key === META_KEY)?.value;
  if (found === undefined) return undefined;
  try {
    const meta = JSON.parse(found) as SeriesMeta;
    timeframeMs(meta.timeframe);
    return meta;
  } catch {
    throw fileProblem(source.file, `its metadata "${META_KEY}" is damaged`);
  }
}

/**
 * The bars of a file of the store. Throws `BadInput` when it is not one, and when its columns are
 * not those that were written: the content hash tells.
 */
export async function readSeries(source: ParquetSource): Promise<LoadedBars> {
  const meta = seriesMeta(source);
  if (!meta) throw fileProblem(source.file, 'was not written by plimsoll; import it');
  const values = await parquetColumns(source, COLUMNS);
  const columns = columnsFor(source.count);
  columns.length = source.count;
  const number = (name: string, index: number) => Number(values.get(name)?.[index]);
  for (let i = 0; i < source.count; i += 1) {
    columns.day[i] = number('date', i);
    columns.end[i] = number('end', i);
    for (const name of PRICES) columns[name][i] = Math.round(number(name, i) * MICROS);
    const shares = values.get('volume')?.[i];
    columns.volume[i] = typeof shares === 'number' ? shares : Number.NaN;
  }
  const bars = barsOf(headOf(meta), columns, meta.notes);
  if (contentHash(bars) !== meta.contentHash) {
    throw fileProblem(source.file, 'its content is not what was written; import the data again');
  }
  return { ...bars, volume: plainVolumes(bars.volume) };
}
