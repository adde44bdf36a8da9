import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Secret } from '../secret.ts';
import {
  ACCOUNT,
  accountBody,
  AT,
  clientOf,
  intentOf,
  KEYS,
  orderBody,
  startStub,
  type Stub,
} from './alpaca.fixture.ts';
import { AlpacaBroker } from './broker.ts';
import { ALPACA_HOSTS } from './client.ts';
import { classOfHost, classOfKey, type Leave, proveEnvironment } from './prove.ts';

const STAGES = ['paper', 'live'] as const;
const NUMBERS = { paper: 'PA0000000001', live: '000000001' } as const;
const keysOf = (prefix: string) => ({
  keyId: new Secret(`${prefix}0000000001`),
  secret: KEYS.secret,
});
const PREFIX = { paper: 'PK', live: 'AK' } as const;

/** All combinations of the parts of a connection, each of one stage or the other. */
const COMBINATIONS = Array.from({ length: 2 ** 7 }, (_, bits) => {
  const bit = (n: number) => STAGES[(bits >> n) & 1] as 'paper' | 'live';
  return {
    stage: bit(0),
    key: bit(1),
    trading: bit(2),
    stream: bit(3),
    account: bit(4),
    number: bit(5),
    configured: bit(6),
  };
});

type Combination = (typeof COMBINATIONS)[number];

const proofOf = ({ stage, key, trading, stream, account, number, configured }: Combination) =>
  proveEnvironment({
    stage,
    keys: keysOf(PREFIX[key]),
    hosts: {
      ...ALPACA_HOSTS[stage],
      trading: ALPACA_HOSTS[trading].trading,
      tradeStream: ALPACA_HOSTS[stream].tradeStream,
    },
    identity: { number: NUMBERS[number], class: account },
    configuredAccount: NUMBERS[configured],
  });

describe('the parts of a connection (F057, invariant 25)', () => {
  test('open it where all are of one stage, in 3 of 128 combinations', () => {
    const open = COMBINATIONS.filter((one) => proofOf(one).ok);
    // The form of a number is no more than a second sign: it is the host that cannot move money.
    expect(open.map(({ stage, number }) => `${stage} ${number}`).sort()).toStrictEqual([
      'live live',
      'paper live',
      'paper paper',
    ]);
    for (const { stage, key, trading, stream, account, number, configured } of open) {
      expect([key, trading, stream, account]).toStrictEqual([stage, stage, stage, stage]);
      expect(number).toBe(configured);
    }
  });

  test('each disagreement is told, and all of them', () => {
    for (const one of COMBINATIONS) {
      const proof = proofOf(one);
      const { stage, key, trading, stream, account, number, configured } = one;
      const wrong = [key, trading, stream, account].filter((found) => found !== stage).length;
      const isOther = number !== configured ? 1 : 0;
      const isPaperNumber = stage === 'live' && number === 'paper' ? 1 : 0;
      // A live number on the paper stage is not told from a paper one by its form alone.
      expect(proof.ok ? 0 : proof.error.length).toBe(wrong + isOther + isPaperNumber);
    }
  });

  const paper = {
    stage: 'paper',
    keys: keysOf('PK'),
    hosts: ALPACA_HOSTS.paper,
    identity: { number: ACCOUNT, class: 'paper' },
    configuredAccount: ACCOUNT,
  } as const;
  const local = 'http://127.0.0.1:4000';
  const LOCAL = {
    trading: local,
    data: local,
    tradeStream: 'ws://127.0.0.1:4000',
    dataStream: 'ws://127.0.0.1:4000',
  };

  test('nothing configured, and keys of no known class, open nothing', () => {
    expect(proveEnvironment({ ...paper, configuredAccount: '' }).ok).toBe(false);
    expect(proveEnvironment({ ...paper, keys: keysOf('XX') }).ok).toBe(false);
  });

  test('a server of this machine opens for paper, and never with live keys', () => {
    expect(proveEnvironment({ ...paper, hosts: LOCAL }).ok).toBe(true);
    expect(proveEnvironment({ ...paper, hosts: LOCAL, keys: keysOf('XX') }).ok).toBe(true);
    expect(proveEnvironment({ ...paper, hosts: LOCAL, keys: keysOf('AK') }).ok).toBe(false);
    const mixed = { ...LOCAL, tradeStream: 'ws://127.0.0.1:4001' };
    expect(proveEnvironment({ ...paper, hosts: mixed }).ok).toBe(false);
  });

  test('account numbers are not told in what disagrees', () => {
    const proof = proveEnvironment({ ...paper, configuredAccount: 'PA0000000002' });
    expect(JSON.stringify(proof)).not.toContain('PA000');
  });

  test('classes are told by how a key begins and by the host', () => {
    expect(['PKX', 'AKX', 'CKX', ''].map(classOfKey)).toStrictEqual(['paper', 'live', null, null]);
    expect(classOfHost('https://api.alpaca.markets')).toBe('live');
    expect(classOfHost('wss://paper-api.alpaca.markets')).toBe('paper');
    expect(classOfHost('https://api.alpaca.markets.example.com')).toBeNull();
  });
});

describe('no order leaves', () => {
  let stub: Stub;
  beforeEach(async () => {
    stub = await startStub();
    stub.on('GET /v2/account', { body: accountBody() });
    stub.on('POST /v2/orders', { body: orderBody() });
  });
  afterEach(() => stub.close());

  const POST = 'POST /v2/orders';
  const brokerOf = (stage: 'paper' | 'live', prefix: string) =>
    new AlpacaBroker({ client: clientOf(stub.url, { stage, keys: keysOf(prefix) }), since: AT });

  test('before the account was proven, or after it was not', async () => {
    const broker = brokerOf('paper', 'PK');
    expect(await broker.submit(intentOf(), AT)).toMatchObject([{ kind: 'notSent' }]);
    expect((await broker.prove('PA-OTHER')).ok).toBe(false);
    expect(await broker.submit(intentOf(), AT)).toMatchObject([{ kind: 'notSent' }]);
    expect((await broker.prove(ACCOUNT)).ok).toBe(true);
    expect((await broker.prove('PA-OTHER')).ok).toBe(false);
    expect(await broker.submit(intentOf(), AT)).toMatchObject([{ kind: 'notSent' }]);
    stub.on('GET /v2/account', { status: 500 });
    await expect(broker.prove(ACCOUNT)).rejects.toThrow(Error);
    expect(await broker.submit(intentOf(), AT)).toMatchObject([{ kind: 'notSent' }]);
    expect(stub.count(POST)).toBe(0);
    await broker.close();
  });

  test('unless every part agrees, in all combinations of stage, key and account', async () => {
    for (const stage of STAGES) {
      for (const prefix of ['PK', 'AK']) {
        for (const number of ['000000001', 'PA0000000001']) {
          for (const configured of ['000000001', 'PA0000000001']) {
            const before = stub.count(POST);
            const broker = brokerOf(stage, prefix);
            stub.on('GET /v2/account', { body: accountBody({ account_number: number }) });
            const proof = await broker.prove(configured);
            if (proof.ok) broker.arm(proof.value);
            await broker.submit(intentOf(), AT);
            expect(stub.count(POST) - before).toBe(proof.ok ? 1 : 0);
            const agree = prefix === PREFIX[stage] && number === configured;
            expect(proof.ok).toBe(agree && !(stage === 'live' && number.startsWith('PA')));
            await broker.close();
          }
        }
      }
    }
  });

  test('to a live account without its leave, and a leave of elsewhere opens nothing', async () => {
    stub.on('GET /v2/account', { body: accountBody({ account_number: '000000001' }) });
    const live = brokerOf('live', 'AK');
    const proof = await live.prove('000000001');
    if (!proof.ok) throw new Error(proof.error.join());
    expect(await live.submit(intentOf(), AT)).toMatchObject([{ kind: 'notSent' }]);
    const forged = { ...proof.value } as Leave;
    expect(live.arm(forged)).toBe(false);
    const paper = brokerOf('paper', 'PK');
    expect(paper.arm(proof.value)).toBe(false);
    expect(await paper.submit(intentOf(), AT)).toMatchObject([{ kind: 'notSent' }]);
    expect(stub.count(POST)).toBe(0);
    expect(live.arm(proof.value)).toBe(true);
    expect(await live.submit(intentOf(), AT)).toMatchObject([{ kind: 'accepted' }]);
    await live.close();
    await paper.close();
  });
});
