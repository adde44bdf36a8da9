import { describe, expect, test } from 'vitest';
import type { Instant } from '../../base/index.ts';
import {
  HOSTILE_NETWORK,
  Network,
  NETWORK_DEFAULTS,
  type NetworkRates,
  receive,
  type RequestPlan,
} from './network.ts';

const network = (rates: Partial<NetworkRates> = {}, seed = 3) =>
  new Network({ ...NETWORK_DEFAULTS, seed, rates: { ...HOSTILE_NETWORK, ...rates } });
const requests = (one: Network, n: number, repeatable = true) =>
  Array.from({ length: n }, () => one.request(repeatable));
const N = 20_000;

describe('a hostile network', () => {
  test('does the same twice, and another thing with another seed', () => {
    expect(requests(network(), 500)).toEqual(requests(network(), 500));
    expect(requests(network({}, 4), 500)).not.toEqual(requests(network(), 500));
  });

  const plans = requests(network(), N);
  const seen: [string, (plan: RequestPlan) => boolean, number][] = [
    ['a request is lost', (p) => p.gateway === null && p.arrivesMs.length === 0, 0.03],
    ['a reply is lost', (p) => p.arrivesMs.length > 0 && p.repliesMs.length === 0, 0.06],
    ['a request arrives late', (p) => (p.arrivesMs[0] ?? 0) > 80, 0.06],
    ['a reply comes late', (p) => (p.repliesMs[0] ?? 0) > 80, 0.15],
    ['a request arrives twice', (p) => p.arrivesMs.length === 2, 0.015],
    ['a reply comes twice', (p) => p.repliesMs.length === 2, 0.015],
    ['a reply is cut', (p) => p.cut !== null, 0.015],
    ['a gateway answers', (p) => p.gateway !== null, 0.06],
  ];
  test.each(seen)('%s about as often as set', (_, happened, rate) => {
    const share = plans.filter(happened).length / N;
    expect(share).toBeGreaterThan(rate * 0.7);
    expect(share).toBeLessThan(rate * 1.3);
  });

  test('gateways answer every status, with and without effect (F005)', () => {
    const answered = plans.filter(({ gateway }) => gateway !== null);
    const pairs = answered.map((p) => `${p.gateway!.status} ${p.arrivesMs.length > 0}`);
    for (const status of [401, 408, 409, 429, 500, 502, 503, 504]) {
      for (const effect of [true, false]) expect(pairs).toContain(`${status} ${effect}`);
    }
  });

  test('nothing arrives after the longest delay, and later requests overtake earlier ones', () => {
    const latest = Math.max(...plans.flatMap(({ arrivesMs }) => arrivesMs));
    expect(latest).toBeLessThanOrEqual(NETWORK_DEFAULTS.requestDelayMaxMs);
    const overtaken = plans.some(
      (plan, i) => (plan.arrivesMs[0] ?? 0) > (plans[i + 1]?.arrivesMs[0] ?? 0) + 1_000,
    );
    expect(overtaken).toBe(true);
  });

  test('an order that must not arrive twice never does', () => {
    const once = requests(network({ requestDoubled: 1 }), 2_000, false);
    expect(once.every(({ arrivesMs }) => arrivesMs.length <= 1)).toBe(true);
  });

  test('quiet ends all faults', () => {
    const quiet = network();
    quiet.quiet();
    for (const plan of requests(quiet, 2_000)) {
      expect(plan).toMatchObject({ gateway: null, cut: null });
      expect([plan.arrivesMs.length, plan.repliesMs.length]).toEqual([1, 1]);
      expect((plan.arrivesMs[0] as number) + (plan.repliesMs[0] as number)).toBeLessThanOrEqual(
        160,
      );
    }
    expect(quiet.message(0 as Instant)).toHaveLength(1);
  });
});

describe('a hostile stream', () => {
  test('loses, doubles and delays messages, and falls mute (F017, F018)', () => {
    const stream = network();
    const counts = { lost: 0, twice: 0, late: 0, mute: 0 };
    for (let i = 0; i < N; i++) {
      const at = (i * 60_000) as Instant;
      const copies = stream.message(at);
      if (stream.isMute(at)) counts.mute++;
      else if (copies.length === 0) counts.lost++;
      if (copies.length === 2) counts.twice++;
      if ((copies[0] ?? 0) > 1_000) counts.late++;
    }
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(100);
  });
});

const plan = (cut: number | null) => ({ ...network().request(true), cut });

describe('an answer that is cut (F004)', () => {
  const body = { ok: true, body: [1, 'two', { three: 3 }] };

  test('is whole where nothing cuts it', () => {
    expect(receive(plan(null), body)).toEqual({ whole: true, body });
    expect(receive(plan(0.9999), body)).toEqual({ whole: true, body });
  });

  test('is a text that is no JSON at every other byte', () => {
    const { length } = JSON.stringify(body);
    for (let i = 0; i < length; i++) {
      const got = receive(plan((i + 0.5) / (length + 1)), body);
      if (got.whole) throw new Error(`whole at byte ${i}`);
      expect(got.text).toHaveLength(i);
      expect(() => JSON.parse(got.text) as unknown).toThrow(SyntaxError);
    }
  });
});
