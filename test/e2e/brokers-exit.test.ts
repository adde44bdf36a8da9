import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  askBroker,
  begin,
  brokerDesk,
  FIRST,
  liveArgs,
  printed,
  serveBroker,
  Wire,
} from './broker.fixture.ts';
import { copyExample, done, type Json, ranIn, scratch, told } from './cli.fixture.ts';

const folder = scratch('brokers-exit');
const market = copyExample('hierarchical-adaptive', join(folder, 'market'));

/** A desk with a position at its broker, at rest. */
async function holding(name: string) {
  const { url } = await serveBroker(market);
  const wire = await Wire.to(url);
  const desk = brokerDesk(join(folder, name), wire.url);
  const { code, err } = await ranIn({}, liveArgs('once', desk, 'paper', '--from', FIRST));
  if (code !== 0) throw new Error(err);
  const held = await askBroker<Json[]>(url, '/v2/positions');
  expect(held.length).toBeGreaterThan(0);
  return { desk, url, wire };
}

const positions = (url: string): Promise<Json[]> => askBroker<Json[]>(url, '/v2/positions');

describe('a desk at rest', () => {
  let rest: Awaited<ReturnType<typeof holding>>;
  beforeAll(async () => {
    rest = await holding('rest');
  });

  test('a halt holds its next life: nothing is sent', async () => {
    const { desk, wire } = rest;
    await done(['halt', desk, '--reason', 'a look first', '--level', 'STOP']);
    expect(await told(['status', desk])).toMatchObject({ halt: 'STOP' });
    const before = wire.orders().length;
    const { code } = await ranIn({}, liveArgs('once', desk, 'paper', '--from', FIRST));
    expect(code).toBe(0);
    expect(wire.orders()).toHaveLength(before);
    expect(await told(['status', desk])).toMatchObject({ halt: 'STOP' });
    await done(['resume', desk, '--reason', 'seen']);
  });

  test('flatten closes all that the broker has, and stays halted', async () => {
    const { desk, url } = rest;
    const { code, out, err } = await ranIn({}, [
      'flatten',
      desk,
      '--confirm',
      '--reason',
      'enough',
    ]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain('sell');
    expect(await positions(url)).toEqual([]);
    expect(await told(['status', desk])).toMatchObject({ positions: {}, live: 0 });
    expect((await told(['status', desk]))['halt']).not.toBe('NONE');
    expect(await told(['replay', desk])).toMatchObject({ ok: true });
  });
});

describe('a desk that runs', () => {
  test('a halt is taken at once, and a flatten closes all at the broker', async () => {
    const { desk, url } = await holding('running');
    const args = liveArgs('run', desk, 'paper', '--from', FIRST, '--speed', '60x');
    const run = begin(args);
    await printed(run, 'recovered');
    await done(['halt', desk, '--reason', 'a look first']);
    expect(await told(['status', desk])).toMatchObject({ halt: 'NO_NEW_RISK', epoch: 2 });
    const { code, out } = await ranIn({}, ['flatten', desk, '--confirm', '--reason', 'enough']);
    expect({ code, out }).toMatchObject({ code: 0 });
    expect(await positions(url)).toEqual([]);
    expect(run.child.exitCode).toBeNull();
    run.child.kill('SIGTERM');
    const ended = await run.ended;
    expect(ended.code).toBe(0);
    expect(await told(['status', desk])).toMatchObject({ positions: {}, live: 0 });
    expect(await told(['journal', 'verify', desk])).toMatchObject({ ok: true });
    expect(await told(['replay', desk])).toMatchObject({ ok: true });
  });
});
