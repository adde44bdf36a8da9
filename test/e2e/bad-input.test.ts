import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { copyExample, edit, refused, scratch, textOf } from './cli.fixture.ts';

const folder = scratch('bad-input');
const sound = copyExample('hierarchical-adaptive', join(folder, 'sound'));
const DESK = textOf(sound, 'desk.yaml');

/** Line, counted from 1, of the first line that holds this text. */
const lineOf = (text: string, part: string): number =>
  text.slice(0, text.indexOf(part)).split('\n').length;

let desks = 0;

/** A desk file with one edit. */
function edited(from: string | RegExp, to: string): string {
  const place = join(folder, `desk-${(desks += 1)}`);
  mkdirSync(place);
  const file = join(place, 'desk.yaml');
  writeFileSync(file, DESK);
  edit(file, from, to);
  return file;
}

describe.concurrent('a desk file with an error is refused with its line (F083, F084)', () => {
  test.each([
    {
      of: 'an unknown key',
      from: 'leverage_max: 3',
      to: 'leverage_mx: 3',
      at: 'leverage_mx',
      tells: ['the unknown key "leverage_mx"', 'did you mean "leverage_max"?'],
    },
    {
      of: 'a duplicate key',
      from: 'capital: 100000',
      to: 'capital: 100000\nname: again',
      at: 'name: again',
      tells: ['found the key a second time, first on line 4'],
    },
    {
      of: 'a wrong type',
      from: 'capital: 100000',
      to: 'capital: lots',
      at: 'capital: lots',
      tells: ['capital: found "lots", wanted dollars such as 100000'],
    },
    {
      of: 'a figure out of range',
      from: 'leverage_max: 3',
      to: 'leverage_max: 300',
      at: 'leverage_max: 300',
      tells: ['limits.leverage_max: found 300', '0.1 to 10'],
    },
    {
      of: 'a fraction where percent is meant',
      from: 'position_pct_max: 100',
      to: 'position_pct_max: 0.9',
      at: 'position_pct_max: 0.9',
      tells: ['0.9 % looks like a fraction', 'did you mean "90"?'],
    },
    {
      of: 'an unknown strategy',
      from: 'strategy: hierarchical-adaptive',
      to: 'strategy: hierarchical-adaptiv',
      at: 'strategy: hierarchical-adaptiv',
      tells: ['wanted one of ', 'did you mean "hierarchical-adaptive"?'],
    },
    {
      of: 'a benchmark without data',
      from: 'benchmark: QQQ',
      to: 'benchmark: SMH',
      at: 'benchmark: SMH',
      tells: ['found "SMH", wanted a symbol that "data" has'],
    },
    {
      of: 'a symbol without data',
      from: /^ {2}TMF: .*\n/m,
      to: '',
      at: 'data:',
      tells: ['data.TMF: found nothing, wanted data for "TMF", which book "hav" needs'],
    },
    {
      of: 'a missing environment value',
      from: 'benchmark: QQQ',
      to: 'benchmark: ${PLIMSOLL_E2E_NOT_SET}',
      at: 'benchmark: ',
      tells: ['found "${PLIMSOLL_E2E_NOT_SET}", which is not set', 'the environment'],
    },
    {
      of: 'broken YAML',
      from: 'params: {}',
      to: 'params: {',
      at: 'limits:',
      tells: ['wanted valid YAML'],
    },
    {
      of: 'a limit left out',
      from: '  short_selling: false\n',
      to: '',
      at: 'limits:',
      tells: ['limits.short_selling: found nothing, wanted true or false'],
    },
  ])('$of', async ({ from, to, at, tells }) => {
    const file = edited(from, to);
    const message = await refused(['backtest', file, '--json'], 2);
    expect(message).toContain(`${file}:${lineOf(textOf(file), at)}:`);
    for (const part of tells) expect(message).toContain(part);
  });

  test('all errors at once', async () => {
    const file = edited('leverage_max: 3', 'leverage_max: 300');
    edit(file, 'capital: 100000', 'capitol: 100000');
    edit(file, 'benchmark: QQQ', 'benchmark: SMH');
    edit(file, 'close - 5m', '15:55');
    const message = await refused(['run', file, '--stage', 'paper', '--json'], 2);
    const found = ['capitol', 'benchmark', 'books.0.schedule', 'limits.leverage_max'];
    for (const part of found) expect(message).toMatch(new RegExp(`desk\\.yaml:\\d+:\\d+: ${part}`));
    expect(existsSync(join(file, '../journal'))).toBe(false);
  });
});

const HAV = join(sound, 'desk.yaml');

describe.concurrent('a command line with an error is refused in one message', () => {
  test.each([
    [['backtest', HAV, '--set', 'books.0.parms.x=1'], 'did you mean "params"?'],
    [['backtest', HAV, '--set', 'nonsense'], 'wanted KEY.KEY=VALUE'],
    [['backtest', HAV, '--set', 'books.0.params.measurement_noise=abc'], 'wanted a number'],
    [['backtest', HAV, '--bars', 'QQQ'], 'wanted SYMBOL=FILE'],
    [['backtest', HAV, '--bars', 'QQQ=none.csv'], 'does not exist'],
    [['backtest', HAV, '--from', '2020-02-30'], 'Date "2020-02-30"'],
    [['backtest', HAV, '--from', '2020-01-02', '--to', '2019-12-31'], '--from "2020-01-02"'],
    [['run', HAV, '--stage', 'paper', '--from', '2020-01-02', '--to', '2019-12-31'], 'after --to'],
    [['backtest', HAV, '--decisions', join(folder, 'none/x.jsonl')], 'its folder is not there'],
    [['backtest', join(folder, 'none.yaml')], 'is not there'],
    [['backtest', HAV, '--nonsense'], "unknown option '--nonsense'"],
    [['backtets', HAV], 'Did you mean backtest?'],
    [['run', HAV, '--stage', 'alive'], 'Allowed choices are dry-run, paper, live'],
    [['run', HAV, '--stage', 'live'], 'wanted --feed live'],
    [['run', HAV, '--stage', 'paper', '--speed', 'fast'], 'wanted max, or a factor such as 60x'],
    [['once', HAV, '--stage', 'paper', '--at', 'yesterday'], 'Time "yesterday"'],
    [['once', HAV, '--stage', 'paper', '--at', '2018-07-04T19:55:00Z'], 'of a trading day'],
    [['why', 'QQQ', '2018-13-01', sound], 'Date "2018-13-01"'],
  ])('plimsoll %j', async (args, part) => {
    const message = await refused(args, 2);
    expect(message).toContain(part);
    expect(message.split('\n').length).toBeLessThanOrEqual(2);
  });
});
