import { type DateText, dateOfDay, DAY_MS } from '../../base/index.ts';
import { type Bars, type BarsHead, timeframeMs } from '../../market/index.ts';
import type { LoadedBars } from './bar-columns.ts';
import { dailyGaps, intradayGaps } from './check-calendar.ts';
import { outliers, splits, zeroVolume } from './check-prices.ts';
import { headOf } from './content.ts';

export type FindingKind =
  | 'missing-sessions'
  | 'missing-bars'
  | 'no-session'
  | 'no-calendar'
  | 'outside-hours'
  | 'outlier'
  | 'split'
  | 'zero-volume'
  | 'mended';

/** error: not fit for decisions as it is. warning: have a look. note: worth knowing. */
export type Severity = 'error' | 'warning' | 'note';

export interface Finding {
  readonly kind: FindingKind;
  readonly severity: Severity;
  /** First and last exchange date it is about. */
  readonly from: DateText;
  readonly to: DateText;
  /** How many sessions, bars or rows it is about. */
  readonly count: number;
  readonly text: string;
}

/** What is odd about a series; plain data. */
export interface BarsCheck extends BarsHead {
  readonly rows: number;
  readonly from: DateText;
  readonly to: DateText;
  /** Ordered by kind, then by date. */
  readonly findings: readonly Finding[];
  readonly counts: Readonly<Record<Severity, number>>;
  /** The worst severity says it: error, warning, else sound. */
  readonly verdict: 'unfit' | 'questionable' | 'sound';
}

/**
 * Holds bars against the exchange calendar and against themselves: sessions or bars that are
 * missing, rows without a session, moves beyond 20 % or eight robust sigma, jumps like splits that
 * nothing undoes, days without volume, and what was mended on reading. Changes nothing. Days in
 * years that the calendar does not know (all but 1990 to 2035) are counted, not compared.
 */
export function checkBars(bars: Bars & Partial<Pick<LoadedBars, 'notes'>>): BarsCheck {
  const from = dateOfDay(bars.day[0] ?? 0);
  const to = dateOfDay(bars.day[bars.length - 1] ?? 0);
  const daily = timeframeMs(bars.timeframe) === DAY_MS;
  const mended = (bars.notes ?? []).map((text): Finding => ({
    kind: 'mended',
    severity: 'warning',
    from,
    to,
    count: 1,
    text,
  }));
  const findings =
    bars.length === 0
      ? []
      : [
          ...(daily ? dailyGaps(bars) : intradayGaps(bars)),
          ...outliers(bars, daily),
          ...splits(bars),
          ...zeroVolume(bars),
          ...mended,
        ];
  const counts = { error: 0, warning: 0, note: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  const verdict = counts.error > 0 ? 'unfit' : counts.warning > 0 ? 'questionable' : 'sound';
  return { ...headOf(bars), rows: bars.length, from, to, findings, counts, verdict };
}

const SHOWN_PER_KIND = 20;

/** A check as text for people: a line on the series, then findings, at most 20 of a kind. */
export function formatCheck(check: BarsCheck): string {
  const { symbol, timeframe, source, adjustment, rows, from, to, counts, verdict } = check;
  const lines = [
    `${symbol} ${timeframe}, source ${source}, adjusted for ${adjustment}: ` +
      `${rows} bars, ${from} to ${to}`,
    `${verdict}: ${counts.error} errors, ${counts.warning} warnings, ${counts.note} notes`,
  ];
  for (const kind of new Set(check.findings.map((finding) => finding.kind))) {
    const findings = check.findings.filter((finding) => finding.kind === kind);
    for (const { severity, from, to, text } of findings.slice(0, SHOWN_PER_KIND)) {
      const dates = from === to ? from : `${from} to ${to}`;
      lines.push(`  ${severity.padEnd(8)}${kind.padEnd(18)}${dates}  ${text}`);
    }
    const more = findings.length - SHOWN_PER_KIND;
    if (more > 0) lines.push(`  ${''.padEnd(8)}${kind.padEnd(18)}and ${more} more`);
  }
  return `${lines.join('\n')}\n`;
}
