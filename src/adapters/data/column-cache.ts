import fs from 'node:fs';
import { canonical } from '../../base/index.ts';
import type { BarsHead } from '../../market/index.ts';
import { bytesOf, contentHash, headOf, NUMBER_COLUMNS, plainVolumes } from './content.ts';
import type { LoadedBars } from './bar-columns.ts';

/**
 * A file of raw columns: the magic, the length of the header as 32 bits, the header (JSON, filled
 * up with blanks to a multiple of eight bytes), then the columns of `NUMBER_COLUMNS` as 64-bit
 * floats and the days as 32-bit integers, all little-endian.
 */
const MAGIC = 'PLIMCOL1';
const PREFIX_BYTES = 16;
const ROW_BYTES = 8 * NUMBER_COLUMNS.length + 4;

interface Header extends BarsHead {
  readonly length: number;
  readonly notes: readonly string[];
}

/** The bytes of a cache file. */
export function packColumns(bars: LoadedBars): Uint8Array[] {
  const text = canonical({ ...headOf(bars), length: bars.length, notes: bars.notes });
  const encoded = new TextEncoder().encode(text);
  const header = new Uint8Array(Math.ceil(encoded.length / 8) * 8).fill(32);
  header.set(encoded);
  const prefix = new Uint8Array(PREFIX_BYTES);
  prefix.set(new TextEncoder().encode(MAGIC));
  new DataView(prefix.buffer).setUint32(8, header.length, true);
  const numbers = NUMBER_COLUMNS.map((name) =>
    bytesOf(name === 'volume' ? plainVolumes(bars.volume) : bars[name]),
  );
  return [prefix, header, ...numbers, bytesOf(bars.day)];
}

/**
 * The bars of a cache file whose content hash is `hash`; undefined when it is missing, damaged or
 * of other content.
 */
export function loadColumns(file: string, hash: string): LoadedBars | undefined {
  const bytes = readAligned(file);
  const bars = bytes && unpackColumns(bytes);
  return bars && contentHash(bars) === hash ? bars : undefined;
}

/** All bytes at the start of a buffer of their own, as views of 64-bit numbers need. */
function readAligned(file: string): Uint8Array | undefined {
  try {
    const bytes = fs.readFileSync(file);
    return bytes.byteOffset % 8 === 0 ? bytes : Uint8Array.from(bytes);
  } catch {
    return undefined;
  }
}

function unpackColumns(bytes: Uint8Array): LoadedBars | undefined {
  const header = headerOf(bytes);
  if (!header) return undefined;
  const { length } = header.value;
  if (bytes.length !== header.stop + length * ROW_BYTES) return undefined;
  const { buffer, byteOffset } = bytes;
  const column = (index: number) =>
    new Float64Array(buffer, byteOffset + header.stop + index * 8 * length, length);
  const [end, open, high, low, close, volume] = NUMBER_COLUMNS.map((_, index) => column(index)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const days = byteOffset + header.stop + NUMBER_COLUMNS.length * 8 * length;
  const day = new Int32Array(buffer, days, length);
  return { ...header.value, end, day, open, high, low, close, volume };
}

function headerOf(bytes: Uint8Array): { value: Header; stop: number } | undefined {
  const decoder = new TextDecoder();
  if (bytes.length < PREFIX_BYTES || decoder.decode(bytes.subarray(0, 8)) !== MAGIC)
    return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, PREFIX_BYTES);
  const stop = PREFIX_BYTES + view.getUint32(8, true);
  if (stop > bytes.length || stop % 8 !== 0) return undefined;
  try {
    const text = decoder.decode(bytes.subarray(PREFIX_BYTES, stop));
    return { value: JSON.parse(text) as Header, stop };
  } catch {
    return undefined;
  }
}
