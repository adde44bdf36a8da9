/** A first strategy of one's own: a trend filter with a cap on volatility, told line by line. */
export const STRATEGY_TEMPLATE = `\
import {
  defineStrategy,
  hold,
  realizedVolatility,
  rebalance,
  sma,
  warmingUp,
  z,
} from 'plimsoll';

/**
 * Holds one symbol while its fast average is above its slow one, and cash otherwise. The wilder the
 * price, the less of it: the weight is the target volatility over the realized one, at most all.
 */

// Parameters, with their defaults and bounds. desk.yaml sets them under "params"; what does not fit
// is refused before anything runs.
const params = z
  .strictObject({
    symbol: z.string().default('AAPL'),
    fast: z.int().min(2).max(250).default(20),
    slow: z.int().min(3).max(500).default(100),
    volatility_window: z.int().min(5).max(250).default(20),
    volatility_target_pct: z.number().min(1).max(100).default(20),
  })
  .refine((p) => p.fast < p.slow, { path: ['fast'], error: 'wanted fewer bars than "slow"' });

export default defineStrategy({
  name: 'my-strategy',
  version: '1.0.0',
  params,

  // All symbols it may ever hold.
  universe: (p) => [p.symbol],

  // The bars it reads, how many of them before its first decision, and which series asks for one.
  subscriptions: (p) => [
    {
      symbol: p.symbol,
      timeframe: '1d',
      warmup: Math.max(p.slow, p.volatility_window + 1),
      trigger: true,
    },
  ],

  create(p, tools) {
    // Whatever is remembered from bar to bar is made by \`tools\`: so it can be saved and replayed.
    const fast = tools.use(sma(p.fast));
    const slow = tools.use(sma(p.slow));
    const volatility = tools.use(realizedVolatility(p.volatility_window));

    // Part of equity to hold, 0 to 1, in steps of a tenth: small changes are not worth their cost.
    const weight = (): number => {
      if (fast.value <= slow.value) return 0;
      const most = p.volatility_target_pct / 100 / volatility.value;
      return Math.min(1, Math.floor(most * 10) / 10);
    };

    return {
      // Every bar comes here, oldest first. Indicators take one input each.
      onBar(bar) {
        fast.update(bar.close);
        slow.update(bar.close);
        volatility.update(bar.close);
      },

      // Asked at each slot of the schedule. Answer with weights, and say why: it is kept for good.
      decide(view) {
        if (!slow.ready || !volatility.ready) return warmingUp('Not enough bars yet.');
        const wanted = weight();
        const targets = wanted > 0 ? { [p.symbol]: wanted } : {};
        const trend = wanted > 0 ? 'Rising' : fast.value > slow.value ? 'Too wild' : 'Falling';
        const why = \`\${trend}: \${Math.round(wanted * 100)} % in \${p.symbol}.\`;
        const before = view.lastTargets[p.symbol] ?? 0;
        return wanted === before ? hold(why, targets) : rebalance(targets, why);
      },

      // The figures behind the answer, for reports. A figure that is not there yet is null.
      facts: () => ({
        fast: fast.ready ? fast.value : null,
        slow: slow.ready ? slow.value : null,
        volatility: volatility.ready ? volatility.value : null,
      }),
    };
  },
});
`;
