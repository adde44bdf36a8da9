import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { controlAddress } from './control-address.ts';
import { parseAnswer, parseRequest } from './control-schema.ts';
import {
  askControl,
  type ControlAnswer,
  type ControlHandler,
  type ControlRequest,
  ControlUnanswered,
  listenControl,
} from './control.ts';

let folder = '';
let close: (() => Promise<void>)[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-ctl-'));
});
afterEach(async () => {
  for (const one of close.splice(0)) await one();
  rmSync(folder, { recursive: true, force: true });
});

const HALT: ControlRequest = { kind: 'halt', by: 'ann', level: 'STOP', reason: 'news' };
const echo: ControlHandler = (request) => Promise.resolve({ ok: true, state: { ...request } });

async function listen(handler: ControlHandler = echo): Promise<void> {
  const listener = await listenControl(folder, handler);
  close.push(() => listener.close());
}

/** What comes back for raw bytes. */
function raw(text: string, ends = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path: controlAddress(folder).path });
    let told = '';
    socket.on('data', (part: Buffer) => (told += part.toString()));
    socket.on('close', () => resolve(told));
    socket.on('error', reject);
    if (ends) socket.end(text);
    else socket.write(text);
  });
}

const code = async (asked: Promise<unknown>): Promise<unknown> => {
  const error: unknown = await asked.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof ControlUnanswered ? error.code : error;
};

describe('the control of a running desk', () => {
  test('answers each request with what its handler says', async () => {
    await listen();
    expect(await askControl(folder, HALT, 1_000)).toEqual({ ok: true, state: { ...HALT } });
    const all = Array.from({ length: 10 }, (_, i) =>
      askControl(folder, { ...HALT, reason: `r${i}` }, 2_000),
    );
    expect((await Promise.all(all)).map((one) => one.ok && one.state['reason'])).toEqual(
      all.map((_, i) => `r${i}`),
    );
  });

  test('is for its owner alone', async () => {
    await listen();
    const { path } = controlAddress(folder);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
  });

  test('a desk that no process runs says so at once', async () => {
    expect(await code(askControl(folder, HALT, 1_000))).toBe('absent');
    await listen();
    await close.pop()?.();
    expect(await code(askControl(folder, HALT, 1_000))).toBe('absent');
  });

  test('a process that does not answer in time leaves the outcome open', async () => {
    await listen(() => new Promise<ControlAnswer>(() => {}));
    expect(await code(askControl(folder, HALT, 100))).toBe('timeout');
  });

  test('a process that breaks off leaves the outcome open', async () => {
    mkdirSync(dirname(controlAddress(folder).path));
    const server = createServer((socket) => socket.on('data', () => socket.end('{"ok":tr')));
    await new Promise<void>((resolve) => server.listen(controlAddress(folder).path, resolve));
    close.push(() => new Promise((resolve) => server.close(() => resolve())));
    expect(await code(askControl(folder, HALT, 1_000))).toBe('broken');
  });

  test('what a handler throws is a failure with its message', async () => {
    await listen(() => Promise.reject(new Error('no room')));
    const answer = await askControl(folder, HALT, 1_000);
    expect(answer).toEqual({ ok: false, code: 'failed', message: 'no room' });
  });

  test('the socket of a process that ended is replaced, one that is answered is not', async () => {
    const { path } = controlAddress(folder);
    mkdirSync(dirname(path));
    writeFileSync(path, '');
    await listen();
    expect((await askControl(folder, HALT, 1_000)).ok).toBe(true);
    await expect(listenControl(folder, echo)).rejects.toThrow('Another process listens');
    expect((await askControl(folder, HALT, 1_000)).ok).toBe(true);
  });

  test.each([
    ['no JSON', 'halt\n', false],
    ['a list', '[]\n', false],
    ['an unknown request', '{"kind":"withdraw"}\n', false],
    ['a request of its prototype', '{"kind":"constructor"}\n', false],
    ['a field more', '{"kind":"status","x":1}\n', false],
    ['no newline', '{"kind":"status"}', true],
    ['a line that never ends', 'x'.repeat(70_000), false],
  ])('refuses %s in words', async (_, text, ends) => {
    let asked = 0;
    await listen((request) => {
      asked++;
      return echo(request);
    });
    expect(JSON.parse(await raw(text, ends))).toMatchObject({ ok: false, code: 'usage' });
    expect(asked).toBe(0);
  });

  test('closing it drops callers that wait', async () => {
    await listen(() => new Promise<ControlAnswer>(() => {}));
    const waiting = code(askControl(folder, HALT, 5_000));
    await expect.poll(() => existsSync(controlAddress(folder).path)).toBe(true);
    await close.pop()?.();
    expect(await waiting).toMatch(/broken|absent/);
  });
});

describe('requests', () => {
  const good: readonly ControlRequest[] = [
    { kind: 'status' },
    HALT,
    { kind: 'resume', by: 'ann', reason: 'over' },
    { kind: 'resumeBook', by: 'ann', book: 'hav', reason: 'over' },
    { kind: 'cancel', by: 'ann', order: 'pl-1' },
    { kind: 'flatten', by: 'ann', reason: 'out' },
    { kind: 'approve', by: 'ann', request: 'hav-1', scope: 'plan', hash: 'ab' },
    { kind: 'reject', by: 'ann', request: 'hav-1', scope: 'order', reason: 'no' },
    { kind: 'budget', by: 'ann', book: 'hav', class: 'opening', amount: 5, until: 6 },
    { kind: 'answer', by: 'ann', question: 'q1', choice: 'adopt', book: null },
  ];

  test.each(good.map((one) => [one.kind, one] as const))('%s is taken whole', (_, request) => {
    expect(parseRequest(JSON.stringify(request))).toEqual(request);
  });

  test.each(good.map((one) => [one.kind, one] as const))(
    '%s is refused when any field is missing or of another kind',
    (_, request) => {
      for (const name of Object.keys(request)) {
        for (const value of [undefined, {}, '', 0, -1, 1.5, 'x'.repeat(2_000), true]) {
          const line = JSON.stringify({ ...request, [name]: value });
          expect([line, typeof parseRequest(line)]).toEqual([line, 'string']);
        }
      }
    },
  );

  test('a halt to no level at all is none', () => {
    expect(parseRequest(JSON.stringify({ ...HALT, level: 'NONE' }))).toBeTypeOf('string');
  });

  test.each(['', '1', '{}', '{"ok":true}', '{"ok":false,"code":"odd","message":"m"}'])(
    'the answer "%s" is none',
    (line) => {
      expect(parseAnswer(line)).toBeNull();
    },
  );
});

describe('the address', () => {
  test('is in the folder, but where no socket can have so long a path', () => {
    expect(controlAddress(folder).path).toBe(join(folder, 'control', 'socket'));
    const deep = join(folder, 'x'.repeat(120));
    expect(Buffer.byteLength(controlAddress(deep).path)).toBeLessThan(104);
    expect(controlAddress(deep).path).not.toBe(controlAddress(`${deep}y`).path);
  });

  test('is a pipe of its own on Windows', () => {
    const { path, isPipe } = controlAddress(folder, 'win32');
    expect(isPipe).toBe(true);
    expect(path).toMatch(/^\\\\\.\\pipe\\plimsoll-[0-9a-f]{32}$/);
  });
});
