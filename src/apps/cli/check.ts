import { describeDesk, deskJsonSchema } from '../config/index.ts';
import { loadDesk } from '../load.ts';
import { SeriesLoader } from '../series.ts';
import { setupOf } from '../setup.ts';
import { barsOf } from './backtest.ts';
import { note, say } from './print.ts';

/** `plimsoll check`: proves the configuration, shows its limits in dollars, finds its data. */
export async function check(
  path: string,
  options: { bars: readonly string[]; set: readonly string[] },
): Promise<undefined> {
  const loaded = await loadDesk(path, { sets: options.set, bars: barsOf(options.bars) });
  for (const warning of loaded.warnings) note(warning);
  for (const line of describeDesk(loaded.desk)) say(line);
  const setup = setupOf(loaded.desk, loaded.definitions, { account: 'check', record: 'all' });
  const loader = new SeriesLoader(loaded.desk);
  for (const { symbol } of setup.series) {
    const bars = await loader.load(symbol);
    const range = `${bars.length} bars of ${bars.timeframe}, source ${bars.source}`;
    say(`Bars ${symbol}: ${range}, adjusted for ${bars.adjustment}`);
  }
  say('Configuration and data are sound');
}

/** `plimsoll schema`. */
export async function schema(): Promise<undefined> {
  say(JSON.stringify(deskJsonSchema(), null, 2));
}
