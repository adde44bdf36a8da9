import { hash } from 'node:crypto';

/** The hash that the first record builds on. */
export const GENESIS = '0'.repeat(64);

/** One row of the table of records, in the order of its columns. */
export type Row = readonly [
  seq: number,
  at: number,
  kind: string,
  body: string,
  hash: string,
  prevHash: string,
];

/** SHA-256 as hex; Node's one-shot form takes two thirds of the time of a hash object. */
export const hashOf = (text: string): string => hash('sha256', text);

/** Hash of a record: SHA-256 over the one before and the canonical `[seq, at, kind, body]`. */
export const recordHash = (
  previous: string,
  seq: number,
  at: number,
  kind: string,
  body: string,
): string => hashOf(`${previous}[${seq},${at},${JSON.stringify(kind)},${body}]`);

/** What stands for the hash of a damaged column that holds no text. */
const NO_TEXT = 'none: not a text';

/** Hash of what a column of texts holds. */
export const textHash = (value: unknown): string =>
  typeof value === 'string' ? hashOf(value) : NO_TEXT;

/** Hash of a snapshot: SHA-256 over the canonical text of `[seq, hash of that record, state]`. */
export const snapshotHash = (seq: number, journalHash: unknown, state: unknown): string =>
  typeof state === 'string' ? hashOf(`[${seq},${JSON.stringify(journalHash)},${state}]`) : NO_TEXT;
