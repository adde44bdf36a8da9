import { z } from '../../strategy/index.ts';

/** The sections of the nested spelling, each key with its flat names. */
const SECTIONS = {
  universe: {
    signal_symbol: ['signal_symbol', 'core_long_symbol'],
    bull_symbol: ['leveraged_long_symbol'],
    bond_signal: ['treasury_trend_symbol'],
    bull_bond: ['bull_bond_symbol'],
    bear_bond: ['bear_bond_symbol'],
  },
  trend_engine: {
    equity_fast_sma: ['sma_fast'],
    equity_slow_sma: ['sma_slow'],
    bond_fast_sma: ['bond_sma_fast'],
    bond_slow_sma: ['bond_sma_slow'],
    // Names the filter's version; there is only one.
    kalman_model: [],
  },
  volatility_engine: {
    short_window: ['realized_vol_window'],
    long_window: ['vol_baseline_window'],
    z_upper: ['upper_thresh_z'],
    z_lower: ['lower_thresh_z'],
    vol_crush_threshold: ['vol_crush_threshold'],
  },
  allocation: {
    leverage_scalar: ['leverage_scalar'],
    inverse_hedge: ['use_inverse_hedge'],
    safe_haven_active: ['allow_treasury'],
    max_bond_weight: ['max_bond_weight'],
  },
} as const satisfies Record<string, Record<string, readonly string[]>>;

type Names = Readonly<Record<string, readonly string[]>>;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * `input` with the nested spelling (`universe`, `trend_engine`, `volatility_engine`, `allocation`)
 * turned into the flat one; anything else as it is. Values are not looked at.
 * Issues: both spellings in one file, a section that is no object, an unknown key of a section.
 */
export function flatSpelling(input: unknown, context: z.RefinementCtx): unknown {
  if (!isRecord(input)) return input;
  const keys = Object.keys(input);
  const sections = keys.filter((key) => Object.hasOwn(SECTIONS, key));
  if (sections.length === 0) return input;
  const stray = keys.find((key) => !Object.hasOwn(SECTIONS, key));
  if (stray !== undefined) {
    const message = `stands beside "${sections[0]}": use the flat or the nested spelling, not both`;
    context.addIssue({ code: 'custom', path: [stray], message });
    return z.NEVER;
  }
  return Object.assign({}, ...sections.map((name) => flatSection(name, input[name], context)));
}

function flatSection(name: string, section: unknown, context: z.RefinementCtx) {
  const names: Names = SECTIONS[name as keyof typeof SECTIONS];
  const flat: Record<string, unknown> = {};
  if (!isRecord(section)) {
    context.addIssue({ code: 'custom', path: [name], message: 'wanted an object' });
    return flat;
  }
  for (const [key, value] of Object.entries(section)) {
    const targets = Object.hasOwn(names, key) ? names[key] : undefined;
    if (targets) for (const target of targets) flat[target] = value;
    else
      context.addIssue({
        code: 'custom',
        path: [name, key],
        message: `Unrecognized key: "${key}"`,
      });
  }
  return flat;
}
