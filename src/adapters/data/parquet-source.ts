import {
  type FileMetaData,
  parquetMetadataAsync,
  type ParquetParsers,
  parquetRead,
  type SchemaElement,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { fileProblem } from './problem.ts';

/** A Parquet file in memory with its description. */
export interface ParquetSource {
  readonly file: string;
  readonly buffer: { byteLength: number; slice(start: number, end?: number): ArrayBuffer };
  readonly metadata: FileMetaData;
  /** The top-level columns. */
  readonly schema: readonly SchemaElement[];
  readonly count: number;
}

/** Times as plain milliseconds, dates as days since 1970-01-01; finer than a millisecond is cut. */
const PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (ms: bigint) => Number(ms),
  timestampFromMicroseconds: (us: bigint) => Math.floor(Number(us) / 1_000),
  timestampFromNanoseconds: (ns: bigint) => Number((ns - (((ns % MEGA) + MEGA) % MEGA)) / MEGA),
  dateFromDays: (days: number) => days,
};

const MEGA = 1_000_000n;

const damaged = (file: string, error: unknown) => {
  const reason = error instanceof Error ? error.message : String(error);
  return fileProblem(file, `Parquet data is damaged or cut off (${reason})`);
};

/** Opens Parquet bytes; throws `BadInput` when they are damaged or cut off. */
export async function parquetSource(file: string, bytes: Uint8Array): Promise<ParquetSource> {
  const buffer = {
    byteLength: bytes.length,
    slice: (start: number, end?: number) => bytes.slice(start, end).buffer as ArrayBuffer,
  };
  try {
    const metadata = await parquetMetadataAsync(buffer);
    const schema = metadata.schema.slice(1).filter((element) => element.num_children === undefined);
    return { file, buffer, metadata, schema, count: Number(metadata.num_rows) };
  } catch (error) {
    throw damaged(file, error);
  }
}

/**
 * Values of the named columns by name, in row order; null where the file has none.
 * Throws `BadInput` when the data is damaged.
 */
export async function parquetColumns(
  { file, buffer, metadata, count }: ParquetSource,
  columns: readonly string[],
): Promise<ReadonlyMap<string, unknown[]>> {
  const values = new Map(columns.map((name) => [name, Array<unknown>(count)]));
  const options = { file: buffer, metadata, columns: [...columns], compressors, parsers: PARSERS };
  try {
    await parquetRead({
      ...options,
      onChunk: ({ columnName, columnData, rowStart }) => {
        const column = values.get(columnName) as unknown[];
        for (let i = 0; i < columnData.length; i += 1) column[rowStart + i] = columnData[i];
      },
    });
    return values;
  } catch (error) {
    throw damaged(file, error);
  }
}
