import { createHash } from 'node:crypto';
import { canonical } from '../../base/index.ts';
import type { Bars, BarsHead } from '../../market/index.ts';

/** The number columns in the order in which they are hashed and kept. */
export const NUMBER_COLUMNS = ['end', 'open', 'high', 'low', 'close', 'volume'] as const;

export const headOf = ({ symbol, timeframe, source, adjustment }: BarsHead): BarsHead => ({
  symbol,
  timeframe,
  source,
  adjustment,
});

/** The bytes of a column, not copied; little-endian on every machine that Node.js runs on today. */
export const bytesOf = (column: Float64Array | Int32Array): Uint8Array =>
  new Uint8Array(column.buffer, column.byteOffset, column.byteLength);

const NAN_HIGH = 0x7ff8_0000;

/** Volumes with one kind of NaN and no negative zero: equal series have equal bytes. */
export function plainVolumes(volume: Float64Array): Float64Array {
  const plain = new Float64Array(volume.length);
  const words = new Uint32Array(plain.buffer);
  for (let i = 0; i < volume.length; i += 1) {
    const shares = volume[i] as number;
    if (shares > 0) plain[i] = shares;
    else if (Number.isNaN(shares)) words[2 * i + 1] = NAN_HIGH;
  }
  return plain;
}

/**
 * SHA-256 over the head (canonical JSON) and all columns, as 64 hex digits: equal series, and only
 * they, have the same. Notes and the time of import do not count.
 */
export function contentHash(bars: Bars): string {
  const hash = createHash('sha256');
  hash.update(`${canonical({ ...headOf(bars), length: bars.length })}\n`);
  for (const name of NUMBER_COLUMNS) {
    hash.update(bytesOf(name === 'volume' ? plainVolumes(bars.volume) : bars[name]));
  }
  return hash.update(bytesOf(bars.day)).digest('hex');
}
