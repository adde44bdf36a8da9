import { describe, expect, test } from 'vitest';
import type { Broker } from '../../../src/engine/index.ts';
import type { ClientOrderId, ExecutionId, Report } from '../../../src/orders/index.ts';
import { CASES } from './cases.ts';
import { simulatorDriver } from './driver-simulator.ts';
import type { BrokerDriver, World } from './kit.ts';
import { play } from './play.ts';

type Wrong = (broker: Broker) => Partial<Broker>;

/** The simulator with something wrong about its adapter: the kit must find each. */
const planted = (wrong: Wrong): BrokerDriver => ({
  ...simulatorDriver,
  start: async (options) => {
    const world = await simulatorDriver.start(options);
    const handler: ProxyHandler<World> = {
      get: (target, name) => {
        const value = Reflect.get(target, name, target) as unknown;
        if (name === 'broker') return { ...target.broker, ...wrong(target.broker) };
        return typeof value === 'function' ? value.bind(target) : value;
      },
    };
    return new Proxy(world, handler);
  },
});

const mapped =
  (map: (report: Report) => readonly Report[]): Wrong =>
  (broker) => ({
    submit: async (intent, at) => (await broker.submit(intent, at)).flatMap(map),
    find: async (order, at) => (await broker.find(order, at)).flatMap(map),
    poll: async (at, live) => (await broker.poll(at, live)).flatMap(map),
  });

const again = (report: Report): readonly Report[] => {
  if (report.kind !== 'fill') return [report];
  const executionId = `${report.fill.executionId}-again` as ExecutionId;
  return [report, { ...report, fill: { ...report.fill, executionId } }];
};

const PLANTS: readonly (readonly [what: string, wrong: Wrong])[] = [
  ['counts each fill twice, by two names', mapped(again)],
  ['loses every fill', mapped((report) => (report.kind === 'fill' ? [] : [report]))],
  [
    'is off by a cent a share',
    mapped((report) => {
      if (report.kind !== 'fill') return [report];
      return [{ ...report, fill: { ...report.fill, price: (report.fill.price + 1) as never } }];
    }),
  ],
  [
    'tells of orders that are not ours',
    mapped((report) => [report, { ...report, order: 'stranger' as ClientOrderId }]),
  ],
  [
    'takes a lost reply for a refusal',
    (broker) => ({
      submit: (intent, at) =>
        broker.submit(intent, at).catch((): Report[] => {
          return [{ kind: 'rejected', order: intent.clientOrderId, at, reason: 'lost' }];
        }),
    }),
  ],
  [
    'sends a second order for one whose reply is lost',
    (broker) => ({
      submit: (intent, at) =>
        broker.submit(intent, at).catch(() => {
          const clientOrderId = `${intent.clientOrderId}-b` as ClientOrderId;
          return broker.submit({ ...intent, clientOrderId }, at);
        }),
    }),
  ],
  [
    'takes a cancel that is asked for as one that happened',
    (broker) => ({
      cancel: async ({ intent }, at) => {
        const order = intent.clientOrderId;
        void broker;
        return [{ kind: 'canceled', order, at, reason: 'asked for' }];
      },
    }),
  ],
  [
    'reads the account as empty',
    () => ({ account: async () => ({ cash: 0 as never, positions: {} }) }),
  ],
];

describe('the kit', () => {
  test.each(PLANTS)('finds a broker that %s', async (_, wrong) => {
    const driver = planted(wrong);
    const failures: number[] = [];
    for (const one of CASES.filter(({ number }) => [1, 17, 40, 60, 71].includes(number))) {
      if ((await play(one, driver, 200)).kind === 'fail') failures.push(one.number);
    }
    expect(failures).not.toEqual([]);
  });

  test('finds nothing wrong with the one that is as it should be', async () => {
    for (const one of CASES.filter(({ number }) => [1, 17, 40, 60, 71].includes(number))) {
      expect(
        await play(
          one,
          planted(() => ({})),
        ),
      ).toEqual({ kind: 'ok' });
    }
  });
});
