import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { KEY_NAMES, pairOf, secretsOf } from './credentials.ts';

let folder = '';
const { id, secret } = KEY_NAMES.alpaca.paper;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-keys-'));
});
afterEach(() => {
  delete process.env[id];
  rmSync(folder, { recursive: true });
});

const written = (text: string, mode = 0o600) => writeFileSync(join(folder, '.env'), text, { mode });

describe('the keys of a desk', () => {
  test('come from its own file, and the environment goes first', () => {
    written(`${id}=PKFILE12345\n${secret}=secret-of-file\n`);
    const pair = pairOf(secretsOf(folder), KEY_NAMES.alpaca.paper);
    expect([pair.id.reveal(), pair.secret.reveal()]).toEqual(['PKFILE12345', 'secret-of-file']);
    process.env[id] = 'PKENV1234567';
    expect(pairOf(secretsOf(folder), KEY_NAMES.alpaca.paper).id.reveal()).toBe('PKENV1234567');
  });

  test('that are missing or blank are named, and no value is shown', () => {
    written(`${id}=   \n${secret}=secret-of-file\n`);
    expect(() => pairOf(secretsOf(folder), KEY_NAMES.alpaca.paper)).toThrow(`${id}: not set`);
    written('');
    const names = `${id} and ${secret}: not set`;
    expect(() => pairOf(secretsOf(folder), KEY_NAMES.alpaca.paper)).toThrow(names);
  });

  test('of live money are never taken for paper, nor the other way round (F057)', () => {
    const { live } = KEY_NAMES.alpaca;
    written(`${live.id}=AKLIVE123456\n${live.secret}=live-secret-value\n`);
    expect(() => pairOf(secretsOf(folder), KEY_NAMES.alpaca.paper)).toThrow('not set');
    expect(pairOf(secretsOf(folder), live).id.reveal()).toBe('AKLIVE123456');
  });

  test('in a file that others may read are refused', () => {
    written(`${id}=PKFILE12345\n`, 0o644);
    expect(() => secretsOf(folder)).toThrow('mode 0600');
  });
});
