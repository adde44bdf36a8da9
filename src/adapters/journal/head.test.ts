import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHead, FIRST_MARK, HeadFile, headPath, type HeadMark, readHead } from './head.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'plimsoll-head-'));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const mark = (seq: number): HeadMark => ({ seq, hash: String(seq % 10).repeat(64), contents: 2 });

/** The numbers of the two slots as they stand in the file. */
const slots = (path: string): number[] =>
  [0, 4096].map((at) => Number(readFileSync(headPath(path), 'latin1').slice(at).split(' ')[2]));

describe('the head file', () => {
  test('holds the last two marks, so that a write that fails halfway leaves one', () => {
    const path = join(root, 'x.db');
    expect(readHead(path)).toEqual({ kind: 'none' });
    createHead(path, FIRST_MARK);
    expect(readHead(path)).toEqual({ kind: 'mark', mark: FIRST_MARK });
    const head = new HeadFile(path);
    head.settle(mark(4));
    expect(slots(path)).toEqual([4, 4]);
    for (const seq of [5, 8, 9]) {
      head.note(mark(seq));
      expect(readHead(path)).toEqual({ kind: 'mark', mark: mark(seq) });
    }
    expect(slots(path).toSorted()).toEqual([8, 9]);
    head.settle(mark(9));
    expect(slots(path)).toEqual([9, 9]);
    head.close();
  });

  test('with equal records the one with more contents is the newer', () => {
    const path = join(root, 'y.db');
    createHead(path, mark(3));
    const head = new HeadFile(path);
    for (const contents of [3, 4, 5]) head.note({ ...mark(3), contents });
    head.close();
    expect(readHead(path)).toEqual({ kind: 'mark', mark: { ...mark(3), contents: 5 } });
  });
});
