import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OwnedElsewhere, takeOwnership } from './ownership.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'plimsoll-once-'));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

test('folder and account have one owner each; a refused try holds nothing (F026)', async () => {
  const account = `account of ${root}`;
  const first = await takeOwnership(join(root, 'a'), account);
  await expect(takeOwnership(join(root, 'a'), 'another')).rejects.toMatchObject({
    name: 'OwnedElsewhere',
    what: 'directory',
    owner: { pid: process.pid },
  });
  await expect(takeOwnership(join(root, 'b'), account)).rejects.toMatchObject({ what: 'account' });
  await expect(takeOwnership(join(root, 'b'), account)).rejects.toThrow(OwnedElsewhere);
  await first.release();
  const second = await takeOwnership(join(root, 'b'), account);
  await second.release();
});
