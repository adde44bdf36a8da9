import fs from 'node:fs';
import zlib from 'node:zlib';
import { gzipProblem, isGzip, readProblem } from './file-bytes.ts';
import { LineWindow } from './line-window.ts';
import { fileProblem } from './problem.ts';
import { type Tick, type TickOptions, TickReader } from './tick-reader.ts';

/**
 * Rows of a CSV or JSON lines file of bars or trades (`time`, `price`, `size`), oldest first, in
 * constant memory: the file is read by one mebibyte, synchronously. Not for gzip: see
 * `tickBatches`. Times, prices and symbols are checked as by `readBars`, but high and low are not
 * widened; trades of one symbol may share a time, bars may not. Throws `BadInput` naming the row;
 * the rows before it have been given out by then.
 */
export function* streamTicks(file: string, options: TickOptions = {}): Generator<Tick, void> {
  const handle = openFile(file);
  try {
    const window = new LineWindow(file);
    const reader = new TickReader(file, options);
    for (let atEnd = false; !atEnd;) {
      const count = fs.readSync(handle, window.room());
      window.wrote(count);
      atEnd = count === 0;
      const input = window.lines(atEnd);
      if (!input) continue;
      if (!reader.isOpen && isGzip(input.bytes)) {
        throw fileProblem(file, 'is gzip; read it by batches, or unpack it first');
      }
      reader.open(input);
      while (reader.next()) yield reader.tick;
    }
    if (!reader.isOpen) throw fileProblem(file, 'is empty');
  } finally {
    fs.closeSync(handle);
  }
}

/**
 * As `streamTicks`, for gzip too, which Node.js unpacks in streams asynchronously only: batches of
 * rows, each to be run through before the next is asked for. Memory is constant.
 */
export async function* tickBatches(
  file: string,
  options: TickOptions = {},
): AsyncGenerator<Iterable<Tick>, void> {
  const window = new LineWindow(file);
  const reader = new TickReader(file, options);
  for await (const chunk of chunksOf(file)) {
    for (let at = 0; at < chunk.length;) {
      const room = window.room();
      const part = chunk.subarray(at, at + room.length);
      room.set(part);
      window.wrote(part.length);
      at += part.length;
      if (!reader.isOpen && window.held < FIRST_BYTES) continue;
      const input = window.lines(false);
      if (input) yield reader.batch(input);
    }
  }
  const rest = window.lines(true);
  if (rest) yield reader.batch(rest);
  if (!reader.isOpen) throw fileProblem(file, 'is empty');
}

function openFile(file: string): number {
  try {
    if (fs.statSync(file).isDirectory()) throw fileProblem(file, 'is a folder');
    return fs.openSync(file, 'r');
  } catch (error) {
    throw readProblem(file, error);
  }
}

const CHUNK_BYTES = 1 << 18;
/** The first rows tell the timeframe: enough of them have to be there at once. */
const FIRST_BYTES = 1 << 16;

async function* chunksOf(file: string): AsyncGenerator<Uint8Array, void> {
  const head = new Uint8Array(4);
  const handle = openFile(file);
  fs.readSync(handle, head);
  fs.closeSync(handle);
  const raw = fs.createReadStream(file, { highWaterMark: CHUNK_BYTES });
  if (!isGzip(head)) return yield* raw as AsyncIterable<Uint8Array>;
  const unpacked = zlib.createGunzip({ chunkSize: CHUNK_BYTES });
  raw.on('error', (error) => unpacked.destroy(error));
  try {
    yield* raw.pipe(unpacked) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw gzipProblem(file, error);
  } finally {
    raw.destroy();
  }
}
