import fs from 'node:fs';
import zlib from 'node:zlib';
import { fileProblem } from './problem.ts';

/** Positions within a file are kept in 32 bits. */
const FILE_BYTES_MAX = 2 ** 31 - 2;

const hasMagic = (bytes: Uint8Array, magic: readonly number[]): boolean =>
  magic.every((byte, index) => bytes[index] === byte);

export const isGzip = (bytes: Uint8Array): boolean => hasMagic(bytes, [0x1f, 0x8b]);
export const isParquet = (bytes: Uint8Array): boolean => hasMagic(bytes, [0x50, 0x41, 0x52, 0x31]);

/** Length of a UTF-8 byte order mark at the start: 3 or 0. */
export const markLength = (bytes: Uint8Array): number =>
  hasMagic(bytes, [0xef, 0xbb, 0xbf]) ? 3 : 0;

/**
 * What a file holds, by its first byte: JSON lines begin with "{", all other text is CSV.
 * Throws `BadInput` on a JSON array, which cannot be read line by line.
 */
export function textFormat(file: string, bytes: Uint8Array): 'csv' | 'jsonl' {
  const first = bytes[markLength(bytes)];
  if (first === 0x5b) throw fileProblem(file, 'found a JSON array, wanted one object a line');
  return first === 0x7b ? 'jsonl' : 'csv';
}

/**
 * All bytes of a file, unpacked when they are gzip. Throws `BadInput` unless it can be read whole.
 */
export function readFileBytes(file: string): Uint8Array {
  const packed = readWhole(file);
  if (packed.length === 0) throw fileProblem(file, 'is empty');
  if (file.endsWith('.gz') && !isGzip(packed)) throw fileProblem(file, 'is not gzip data');
  if (!isGzip(packed)) return packed;
  const bytes = unpack(file, packed);
  if (bytes.length === 0) throw fileProblem(file, 'is empty');
  return bytes;
}

function readWhole(file: string): Uint8Array {
  try {
    if (fs.statSync(file).size > FILE_BYTES_MAX) {
      throw fileProblem(file, 'is larger than 2 GB; split it, or stream it');
    }
    return plain(fs.readFileSync(file));
  } catch (error) {
    throw readProblem(file, error);
  }
}

function unpack(file: string, packed: Uint8Array): Uint8Array {
  try {
    return plain(zlib.gunzipSync(packed, { maxOutputLength: FILE_BYTES_MAX }));
  } catch (error) {
    throw gzipProblem(file, error);
  }
}

/** The same bytes without Buffer's own class, so that parsers see one kind only. */
const plain = (buffer: Buffer): Uint8Array =>
  new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

const SYSTEM_CODES: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EISDIR: 'is a folder',
  EACCES: 'may not be read',
};

/** An error of the file system in our words; others stay as they are. */
export function readProblem(file: string, error: unknown): unknown {
  const known = SYSTEM_CODES[codeOf(error)];
  return known === undefined ? error : fileProblem(file, known);
}

/** An error of unpacking in our words. */
export function gzipProblem(file: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === 'Z_BUF_ERROR') return fileProblem(file, 'gzip data is cut off before its end');
  if (code === 'ERR_BUFFER_TOO_LARGE') return fileProblem(file, 'holds more than 2 GB; stream it');
  if (code.startsWith('Z_')) return fileProblem(file, `gzip data is damaged (${String(error)})`);
  return error;
}
