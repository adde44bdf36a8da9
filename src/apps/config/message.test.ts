import { describe, expect, test } from 'vitest';
import { edited, errorsIn } from './desk.fixture.ts';
import { formatConfigErrors } from './error.ts';

describe('a message', () => {
  test.each([
    [
      'of a fraction where percent is wanted',
      'position_pct_max: 90',
      'position_pct_max: 0.05',
      'desk.yaml:120:21: limits.position_pct_max: found 0.05, wanted a percentage such as 5 ' +
        '(0.05 % looks like a fraction); did you mean "5"?',
    ],
    [
      'of basis points where percent is wanted',
      'slippage_warning_pct: 0.3',
      'slippage_warning_pct: 30',
      'desk.yaml:42:25: execution.slippage_warning_pct: found 30, wanted a percentage such ' +
        'as 0.3 (0.02 to 10); did you mean "0.3"?',
    ],
    [
      'of a percent sign',
      'capital_pct: 60',
      'capital_pct: 60 %',
      'desk.yaml:71:18: books.0.capital_pct: found "60 %", wanted a percentage such as 50 (1 ' +
        'to 100); did you mean "60"?',
    ],
    [
      'of an unknown key',
      '  lookback_days',
      '  look_back_days',
      'desk.yaml:52:3: data_checks.look_back_days: found the unknown key "look_back_days", ' +
        'wanted one of corporate_action_pct, lookback_days, quote_age_seconds_max; did you ' +
        'mean "lookback_days"?',
    ],
    [
      'of an unknown strategy',
      'sample-trend',
      'sampel-trend',
      'desk.yaml:70:15: books.0.strategy: found "sampel-trend", wanted one of sample-trend, ' +
        'or { file: strategies/my-own.ts }; did you mean "sample-trend"?',
    ],
    [
      'of a strategy file without its key',
      'sample-trend',
      'strategies/mine.ts',
      'desk.yaml:70:15: books.0.strategy: found "strategies/mine.ts", wanted one of ' +
        'sample-trend, or { file: strategies/my-own.ts }; did you mean "{ file: ' +
        'strategies/mine.ts }"?',
    ],
    [
      'of a symbol in small letters',
      'benchmark: QQQ',
      'benchmark: qqq',
      'desk.yaml:5:12: benchmark: found "qqq", wanted a symbol in capital letters such as ' +
        '"QQQ" or "BRK.B"; did you mean "QQQ"?',
    ],
    [
      'of a benchmark without data',
      'benchmark: QQQ',
      'benchmark: SMH',
      'desk.yaml:5:12: benchmark: found "SMH", wanted a symbol that "data" has',
    ],
    [
      'of a clock time as schedule',
      'close - 5m',
      '15:55',
      'desk.yaml:72:15: books.0.schedule: found "15:55", wanted "close - 5m", "open + 15m", ' +
        '"close", "open" or "every bar"; did you mean "close - 5m"?',
    ],
    [
      'of a decision behind the fence',
      'close - 5m',
      'close - 20s',
      'desk.yaml:72:15: books.0.schedule: found "close - 20s", wanted a time more than ' +
        '"fence_seconds" (30) before the close',
    ],
    [
      'of a limit that was left out',
      '  short_selling: false\n',
      '',
      'desk.yaml:119:1: limits.short_selling: found nothing, wanted true or false',
    ],
    [
      'of a word for a truth value',
      'short_selling: false',
      'short_selling: no',
      'desk.yaml:128:18: limits.short_selling: found "no", wanted true or false; did you mean ' +
        '"false"?',
    ],
    [
      'of a misspelt kind of data',
      'sample: aapl',
      'sampel: aapl',
      'desk.yaml:26:3: data.AAPL.sample: found nothing, wanted one of "aapl"\n' +
        'desk.yaml:26:11: data.AAPL.sampel: found the unknown key "sampel", wanted one of ' +
        'sample; did you mean "sample"?',
    ],
    [
      'of a number as data',
      'DIA: data/DIA.csv',
      'DIA: 5',
      'desk.yaml:28:8: data.DIA: found 5, wanted the path of a file, or a map with "file", ' +
        '"synthetic", "sample" or "store"',
    ],
    [
      'of a fund of nothing',
      'of: QQQ',
      'of: SMH',
      'desk.yaml:8:28: data.TQQQ.synthetic.of: found "SMH", wanted a symbol that "data" has',
    ],
    [
      'of a fund of itself',
      'of: QQQ',
      'of: TQQQ',
      'desk.yaml:8:28: data.TQQQ.synthetic.of: found "TQQQ", wanted a symbol that is not ' +
        'made of this one',
    ],
    [
      'of two series with one seed',
      'seed: 9',
      'seed: 7',
      'desk.yaml:20:13: data.VIX.synthetic.seed: found 7, wanted another seed than that of ' +
        '"SPY": the two would move as one',
    ],
    [
      'of a delay upside down',
      '[200, 1500]',
      '[1500, 200]',
      'desk.yaml:35:13: simulator.delay_ms: found a list, wanted the lower of the two first',
    ],
    [
      'of slippage tiers upside down',
      'slippage_abort_pct: 1.0',
      'slippage_abort_pct: 0.4',
      'desk.yaml:44:23: execution.slippage_abort_pct: found 0.4, wanted ' +
        '"slippage_exceeded_pct" at most "slippage_abort_pct" (0.5 and 0.4)',
    ],
    [
      'of two books of one name',
      'name: ticks',
      'name: trend',
      'desk.yaml:102:11: books.1.name: found "trend", wanted another name than that of an ' +
        'earlier book',
    ],
    [
      'of more than all of the capital',
      'capital_pct: 30',
      'capital_pct: 40.0001',
      'desk.yaml:68:1: books: found 100.0001 % over all books, wanted "capital_pct" of at ' +
        'most 100 % over all books',
    ],
    [
      'of an order in cents',
      'order_notional_max: 100000',
      'order_notional_max: 100000000',
      'desk.yaml:124:23: limits.order_notional_max: found 100000000, wanted dollars within ' +
        '$100.00 to $50,000,000.00: in proportion to the capital',
    ],
    [
      'of neither strategy nor signals',
      '    strategy: sample-trend\n',
      '',
      'desk.yaml:69:5: books.0: found neither, wanted either "strategy" or "signals"',
    ],
    [
      'of a parameter beyond its bounds',
      'slow: 100',
      'slow: 301',
      'desk.yaml:79:13: books.0.params.slow: found 301, wanted at most 300',
    ],
    [
      'of a parameter that breaks a rule',
      'fast: 20',
      'fast: 150',
      'desk.yaml:78:13: books.0.params.fast: found 150, wanted a value the strategy accepts ' +
        '("fast" is not below "slow")',
    ],
    [
      'of a misspelt parameter',
      'fast: 20',
      'fasst: 20',
      'desk.yaml:78:7: books.0.params.fasst: found the unknown key "fasst", wanted one of ' +
        'symbol, fast, slow, bands; did you mean "fast"?',
    ],
    [
      'of a misspelt parameter inside another',
      '{ upper: 2 }',
      '{ upper: 2, lowr: 1 }',
      'desk.yaml:80:26: books.0.params.bands.lowr: found the unknown key "lowr", wanted one ' +
        'of upper',
    ],
    [
      'of a symbol without data',
      'symbol: QQQ',
      'symbol: SMH',
      'desk.yaml:6:1: data.SMH: found nothing, wanted data for "SMH", which book "trend" needs',
    ],
    [
      'of bars of another length',
      'QQQ.csv, timeframe: 1d',
      'QQQ.csv, timeframe: 5m',
      'desk.yaml:7:3: data.QQQ: found bars of "5m", wanted bars of "1d", which book "trend" reads',
    ],
  ])('%s tells place, key, what was found and what was wanted', (_, from, to, message) => {
    expect(formatConfigErrors(errorsIn(edited(from, to)))).toBe(message);
  });

  test('of a file that is no map says how a desk begins', () => {
    const message = 'desk.yaml:1:1: found nothing, wanted a map that begins with "version: 1"';
    expect(formatConfigErrors(errorsIn(''))).toBe(message);
  });
});
