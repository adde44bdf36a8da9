import { chmodSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  begin,
  brokerDesk,
  brokerOrders,
  envOf,
  FIRST,
  LIVE_ACCOUNT,
  LIVE_KEYS,
  liveArgs,
  PAPER_ACCOUNT,
  PAPER_KEYS,
  printed,
  serveBroker,
  Wire,
  writeEnv,
} from './broker.fixture.ts';
import { copyExample, done, edit, ranIn, scratch, STACK, textOf, told } from './cli.fixture.ts';

const folder = scratch('brokers-arm');
const market = copyExample('hierarchical-adaptive', join(folder, 'market'));
const OVERRIDE = 'I trade real money without proof';
const ENDS = ['--account-ends', LIVE_ACCOUNT.slice(-4)];
const SENTENCE = ['--without-certificate', OVERRIDE];

/** Expects a start that comes to nothing: its exit code, its words, no journal, no order. */
async function expectNo(
  args: readonly string[],
  desk: string,
  { code, says, env = {} }: { code: number; says: string | RegExp; env?: Record<string, string> },
): Promise<void> {
  const ran = await ranIn({ env }, args);
  expect(ran.err).toMatch(says);
  expect(ran.code).toBe(code);
  expect(ran.err).not.toMatch(STACK);
  expect(ran.out + ran.err).not.toContain(LIVE_ACCOUNT);
  expect(ran.out + ran.err).not.toContain(PAPER_ACCOUNT);
  for (const { id, secret } of [LIVE_KEYS, PAPER_KEYS]) {
    expect(ran.out + ran.err).not.toContain(secret);
    expect(ran.out + ran.err).not.toContain(id);
  }
  expect(existsSync(join(desk, 'journal/plimsoll.db'))).toBe(false);
}

describe('stage live at a broker of this machine', () => {
  let wire: Wire;
  let url: string;
  let desk: string;
  const live = (...more: readonly string[]) =>
    liveArgs('once', desk, 'live', '--from', FIRST, ...more);

  beforeAll(async () => {
    ({ url } = await serveBroker(market, { keys: LIVE_KEYS, account: LIVE_ACCOUNT }));
    wire = await Wire.to(url);
    desk = brokerDesk(join(folder, 'live'), wire.url, { keys: LIVE_KEYS });
  });

  test('is refused without a certificate, and with anything but the sentence', async () => {
    await expectNo(live(...ENDS), desk, { code: 4, says: 'Live needs a certificate' });
    const wrong = live(...ENDS, '--without-certificate', 'yes');
    await expectNo(wrong, desk, { code: 2, says: /wanted the sentence/ });
    expect(wire.passed).toEqual([]);
  });

  test('is refused with the end of another account, and where nobody can be asked', async () => {
    const wrong = live(...SENTENCE, '--account-ends', '0000');
    await expectNo(wrong, desk, { code: 4, says: 'not the last characters of the account' });
    await expectNo(live(...SENTENCE), desk, { code: 2, says: 'Nobody can be asked here' });
    const replayed = ['once', desk, '--stage', 'live', '--feed', 'replay', ...SENTENCE, ...ENDS];
    await expectNo(replayed, desk, { code: 2, says: 'wanted --feed live' });
    expect(wire.orders()).toEqual([]);
  });

  test('is refused with keys of paper, with none, and with those of another broker', async () => {
    const start = live(...SENTENCE, ...ENDS);
    const asLive = { id: PAPER_KEYS.id, secret: PAPER_KEYS.secret };
    const { id, secret } = asLive;
    writeEnv(desk, `ALPACA_LIVE_KEY_ID=${id}\nALPACA_LIVE_SECRET_KEY=${secret}\n`);
    await expectNo(start, desk, { code: 2, says: 'found a key of a paper account' });
    writeEnv(desk, `ALPACA_LIVE_KEY_ID=${LIVE_KEYS.id}\nALPACA_LIVE_SECRET_KEY=\n`);
    await expectNo(start, desk, { code: 2, says: 'ALPACA_LIVE_SECRET_KEY: not set' });
    writeEnv(desk, envOf(PAPER_KEYS));
    await expectNo(start, desk, { code: 2, says: /ALPACA_LIVE_KEY_ID and ALPACA_LIVE_SECRET_KEY/ });
    writeEnv(desk, envOf(LIVE_KEYS));
    expect(wire.orders()).toEqual([]);
  });

  test('is refused for an account that is not the configured one', async () => {
    const file = join(desk, 'desk.yaml');
    edit(file, `live: "${LIVE_ACCOUNT}"`, 'live: "987650999"');
    const start = live(...SENTENCE, '--account-ends', '0999');
    await expectNo(start, desk, { code: 2, says: 'is not the configured one' });
    edit(file, 'live: "987650999"', `live: "${LIVE_ACCOUNT}"`);
    expect(wire.orders()).toEqual([]);
  });

  test('a key of paper is no key of real money, whoever knows it (F057)', async () => {
    const served = await serveBroker(market, { keys: PAPER_KEYS, account: LIVE_ACCOUNT });
    const other = brokerDesk(join(folder, 'as-live'), served.url);
    const { id, secret } = PAPER_KEYS;
    writeEnv(other, `ALPACA_LIVE_KEY_ID=${id}\nALPACA_LIVE_SECRET_KEY=${secret}\n`);
    const start = liveArgs('once', other, 'live', '--from', FIRST, ...SENTENCE, ...ENDS);
    await expectNo(start, other, { code: 2, says: 'found a key of a paper account' });
    writeEnv(
      desk,
      `ALPACA_PAPER_KEY_ID=${LIVE_KEYS.id}\nALPACA_PAPER_SECRET_KEY=${LIVE_KEYS.secret}\n`,
    );
    const paper = liveArgs('once', desk, 'paper', '--from', FIRST);
    await expectNo(paper, desk, { code: 2, says: 'found a key of a live account' });
    writeEnv(desk, envOf(LIVE_KEYS));
    expect(await brokerOrders(served.url)).toEqual([]);
    served.running.child.kill('SIGKILL');
  });

  test('starts where all agrees, and says so on every screen', async () => {
    expect(wire.orders()).toEqual([]);
    const { code, out } = await ranIn({}, live(...SENTENCE, ...ENDS));
    expect(code).toBe(0);
    expect(out).toContain(LIVE_ACCOUNT.slice(-4));
    expect(out).not.toContain(LIVE_ACCOUNT);
    expect((await brokerOrders(url, LIVE_KEYS)).length).toBeGreaterThan(0);
    const account = `alpaca …${LIVE_ACCOUNT.slice(-4)}`;
    const status = await told(['status', desk]);
    expect(status).toMatchObject({ stage: 'live', account, override: OVERRIDE });
    const text = await done(['status', desk]);
    for (const part of ['stage live', account, 'REAL MONEY', OVERRIDE])
      expect(text).toContain(part);
    expect(await told(['replay', desk])).toMatchObject({ ok: true });
  });
});

describe('what keeps a paper desk down', () => {
  let url: string;
  let desk: string;
  const once = (...more: readonly string[]) =>
    liveArgs('once', desk, 'paper', '--from', FIRST, ...more);

  beforeAll(async () => {
    ({ url } = await serveBroker(market));
    desk = brokerDesk(join(folder, 'paper'), url);
  });

  test('a broker that is not there', async () => {
    const gone = await Wire.to(url);
    gone.before = () => 'drop';
    edit(join(desk, 'desk.yaml'), url, gone.url);
    const ran = await ranIn({}, once());
    expect(ran.code).not.toBe(0);
    expect(ran.err).not.toMatch(STACK);
    expect(ran.err).not.toContain(PAPER_ACCOUNT);
    expect(existsSync(join(desk, 'journal/plimsoll.db'))).toBe(false);
    const checked = await ranIn({}, ['check', desk, '--stage', 'paper']);
    expect(checked.code).toBe(1);
    expect(checked.out).toMatch(/^fail Broker /m);
    edit(join(desk, 'desk.yaml'), gone.url, url);
  });

  test('no key, a wrong key, and a file of keys that others may read', async () => {
    const { id } = PAPER_KEYS;
    writeEnv(desk, '');
    await expectNo(once(), desk, { code: 2, says: 'not set; put the' });
    writeEnv(desk, envOf({ id, secret: 'not-the-secret' }));
    await expectNo(once(), desk, { code: 2, says: 'is the key in .env still good' });
    writeEnv(desk, envOf(PAPER_KEYS));
    const open = brokerDesk(join(folder, 'open'), url);
    chmodSync(join(open, '.env'), 0o644);
    const args = liveArgs('once', open, 'paper', '--from', FIRST);
    await expectNo(args, open, { code: 2, says: 'found mode 0644, wanted mode 0600' });
    expect(await brokerOrders(url)).toEqual([]);
  });

  test('two processes on one account, from two folders (F026)', async () => {
    const second = brokerDesk(join(folder, 'second'), url);
    const run = begin(liveArgs('run', desk, 'paper', '--from', FIRST, '--speed', '60x'));
    await printed(run, 'Journal  ');
    const args = liveArgs('once', second, 'paper', '--from', FIRST);
    await expectNo(args, second, { code: 1, says: `is owned by process "${run.child.pid}"` });
    run.child.kill('SIGTERM');
    expect((await run.ended).code).toBe(0);
  });

  test('a journal of another account, and a desk that was changed', async () => {
    const before = await told(['status', desk]);
    const file = join(desk, 'desk.yaml');
    const was = textOf(file);
    edit(file, 'leverage_max: 3', 'leverage_max: 2');
    const changed = await ranIn({}, once());
    expect(changed.code).toBe(2);
    expect(changed.err).toMatch(/cannot go on/);
    edit(file, 'leverage_max: 2', 'leverage_max: 3');
    expect(textOf(file)).toBe(was);
    const other = `PA${LIVE_ACCOUNT}`;
    const served = await serveBroker(market, { account: other });
    edit(file, url, served.url);
    edit(file, PAPER_ACCOUNT, other);
    const moved = await ranIn({}, once());
    expect(moved.code).not.toBe(0);
    expect(moved.err).toMatch(/bound to|cannot go on|another account/);
    expect(moved.err).not.toContain(other);
    expect(await brokerOrders(served.url)).toEqual([]);
    expect(await told(['status', desk])).toMatchObject({ epoch: before['epoch'] });
  });
});
